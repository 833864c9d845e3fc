import { ServerApi } from '../lib/server_api.js';
import { VisavisError } from '../lib/error.js';
import { Stage } from '../lib/stage.js';
import { Talk } from '../lib/talk.js';
import { backoff_ms } from '../lib/waiting.js';
import { Watch } from '../lib/watch.js';
import { Captions } from './captions.js';
import { LevelMeter } from './level.js';
import { element, idleFilm, query, say, tint, token } from './page.js';
import { Presence } from './presence.js';
import { TalkButton } from './talk_button.js';
import { Wave } from './wave.js';
import { errorWords, talkWords, watchWords } from './words.js';

/**
 * A screen that nobody attends: full, awake, and back by itself whatever happens.
 *
 * Address: `?avatar=` or `?stream=` (shows what others speak), `?start=touch|presence|auto`,
 * `?captions=1`,
 * `?rest=60`, seconds of silence after which a talk ends and the microphone is closed.
 *
 * @typedef {import('../lib/session.js').Change} Change
 * @typedef {import('../lib/server_api.js').Avatar} Avatar
 */

const VOICE_LEVEL = 0.12;
const METER_PERIOD_MS = 75;
const AT_REST = ['idle', 'ended', 'error'];
const stream = query.get('stream');
const start = stream ? 'auto' : query.get('start') ?? 'touch';
const rest_ms = Number(query.get('rest') ?? 60) * 1000;

const kiosk = element('call');
const stage = new Stage(element('stage'));
const wave = new Wave(element('meter'));
const button = new TalkButton(/** @type {HTMLButtonElement} */ (element('talk')), press);
/** @type {Talk | Watch | null} */
let session = null;
/** @type {LevelMeter | null} */
let meter = null;
/** @type {Avatar | null} */
let avatar = null;
let heardAt_ms = 0;
let animatedAt_ms = 0;
let failures = 0;
let retryTimer = 0;

/** Ask who is there, until the server tells. */
async function begin() {
  for (let attempt = 1; !avatar; attempt += 1) {
    try {
      const list = await new ServerApi('', token).avatars();
      const wanted = query.get('avatar') ?? list.default;
      avatar = list.avatars.find(({ id }) => id === wanted) ?? list.avatars[0] ?? null;
      if (!avatar) throw new VisavisError('no-avatar', 'The server has no avatar yet.');
    } catch (error) {
      if (error instanceof VisavisError) say(errorWords(error));
      kiosk.dataset.state = 'error';
      await new Promise((resolve) => setTimeout(resolve, backoff_ms(attempt)));
    }
  }
  stage.dress(avatar, idleFilm(avatar.id));
  session = create(avatar);
  /** @type {Window & {visavisSession?: Talk | Watch}} */ (window).visavisSession = session;
  render({ state: 'idle', error: null, attempt: 0, attempts: 0 });
  if (start === 'auto') void session.connect();
  if (start === 'presence') void new Presence(greet).begin();
}

/** @param {Avatar} shown */
function create(shown) {
  const options = { token, attempts: Infinity };
  const created = stream ? new Watch({ ...options, stream })
    : new Talk({ ...options, avatar: shown.id, exclusive: true });
  created.addEventListener('state', (event) => {
    render(/** @type {CustomEvent<Change>} */ (event).detail);
  });
  created.addEventListener('microphone', () => {
    heardAt_ms = performance.now();
    if (created.micStream) meter = new LevelMeter(created.micStream);
  });
  created.addEventListener('media', async () => {
    if (!created.remoteStream) return;
    if (!(await stage.goLive(created.remoteStream))) kiosk.classList.add('muted');
  });
  return created;
}

/** @param {Change} change */
function render(change) {
  const { state, error } = change;
  clearTimeout(retryTimer);
  kiosk.dataset.state = state;
  const name = avatar?.name ?? 'the avatar';
  say(state === 'idle' || state === 'ended' ? invitation(name)
    : stream ? watchWords(change, name) : talkWords(change, name));
  button.dress(state, error?.retryAfter_s);
  if (state === 'live') failures = 0;
  else if (state !== 'asking') stage.goIdle();
  if (AT_REST.includes(state)) silence();
  if (state === 'error') recover(error);
}

/** @param {string} name */
function invitation(name) {
  return start === 'presence'
    ? { headline: `I am ${name}`, detail: 'Step closer, or touch the screen, and speak.' }
    : { headline: `I am ${name}`, detail: 'Touch the screen and speak. I say it with you.' };
}

/**
 * What a person at a desk would try by hand: wait, then again. A kiosk that waits to be touched
 * goes back to that; a taken microphone is the business of the page that took it.
 *
 * @param {VisavisError | null} error
 */
function recover(error) {
  if (error?.code === 'mic-taken') return;
  failures += 1;
  retryTimer = setTimeout(() => {
    if (start === 'auto') void session?.connect();
    else render({ state: 'idle', error: null, attempt: 0, attempts: 0 });
  }, Math.max(5_000, backoff_ms(failures)));
}

function silence() {
  meter?.close();
  meter = null;
  wave.rest();
}

/** Somebody is there. */
function greet() {
  heardAt_ms = performance.now();
  if (session && AT_REST.includes(session.state)) void session.connect();
}

function press() {
  if (!session) return;
  if (AT_REST.includes(session.state)) greet();
  else if (start !== 'auto') session.disconnect();
}

/** Browsers give the whole screen, and sound, only to somebody who touched the page. */
function touched() {
  if (!document.fullscreenElement) void document.documentElement.requestFullscreen?.().catch(() => {});
  stage.setSound(true);
  kiosk.classList.remove('muted');
}

async function stayAwake() {
  if (document.visibilityState !== 'visible') return;
  // Where there is no wake lock, or none to be had, the system's own settings must keep the screen on.
  await navigator.wakeLock?.request('screen').catch(() => {});
}

/** @param {number} now_ms */
function animate(now_ms) {
  requestAnimationFrame(animate);
  if (!meter || now_ms - animatedAt_ms < METER_PERIOD_MS) return;
  animatedAt_ms = now_ms;
  const level = meter.read(now_ms);
  wave.show(level, now_ms);
  if (level > VOICE_LEVEL) heardAt_ms = now_ms;
  const deserted = session?.state === 'live' && now_ms - heardAt_ms > rest_ms;
  if (deserted && start !== 'auto') session?.disconnect();
}

kiosk.addEventListener('pointerdown', touched);
kiosk.addEventListener('click', (event) => {
  const onButton = event.target instanceof Element && event.target.closest('button');
  if (!onButton && session && AT_REST.includes(session.state)) greet();
});
document.addEventListener('keydown', (event) => {
  // A sensor that types a key is a touch too.
  if (event.repeat || event.ctrlKey || event.metaKey || event.altKey || event.key === 'Tab') return;
  if (event.target instanceof HTMLButtonElement && ['Enter', ' '].includes(event.key)) return;
  touched();
  greet();
});
document.addEventListener('visibilitychange', () => void stayAwake());
navigator.mediaDevices?.addEventListener('devicechange', () => {
  if (session?.state === 'error' && session.error?.code.startsWith('mic')) {
    render({ state: 'idle', error: null, attempt: 0, attempts: 0 });
    if (start === 'auto') void session.connect();
  }
});
window.addEventListener('message', (event) => {
  if (event.origin === location.origin && event.data === 'visavis:presence') greet();
});
window.addEventListener('pagehide', () => session?.disconnect());
tint(element('stage'), kiosk);
new Captions(element('caption'), () => session).show(query.get('captions') === '1');
void stayAwake();
requestAnimationFrame(animate);
void begin();
