import { ServerApi } from '../lib/server_api.js';
import { VisavisError } from '../lib/error.js';
import { STUDIO, VOICE } from '../lib/microphone.js';
import { Stage } from '../lib/stage.js';
import { Talk } from '../lib/talk.js';
import { GestureBar } from './gestures.js';
import { LevelMeter } from './level.js';
import { element, idleFilm, query, say, shortcuts, soundButton, tint, token, write } from './page.js';
import { rememberSound, wantsSound } from './preferences.js';
import { StatsPanel } from './stats_panel.js';
import { TalkButton } from './talk_button.js';
import { Wave } from './wave.js';
import { errorWords, HEADPHONES_HINT, SOUND_OFF_HINT, talkWords, UNHEARD_WORDS } from './words.js';

/**
 * @typedef {import('../lib/server_api.js').Avatar} Avatar
 * @typedef {import('../lib/session.js').Change} Change
 */

/** Below this level for this long, somebody who talks is not being heard. */
const UNHEARD_LEVEL = 0.08;
const UNHEARD_MS = 5_000;
const METER_PERIOD_MS = 75;
const AT_REST = ['idle', 'ended', 'error'];

const call = element('call');
const picker = /** @type {HTMLSelectElement} */ (element('picker'));
const stage = new Stage(element('stage'));
const wave = new Wave(element('meter'));
const button = new TalkButton(/** @type {HTMLButtonElement} */ (element('talk')), pressTalk);
const gestures = new GestureBar(element('gestures'), () => talk);
const panel = new StatsPanel(
  element('numbers'), /** @type {HTMLButtonElement} */ (element('stats')), stage, () => talk);

/** @type {Avatar[]} */
let avatars = [];
/** @type {Avatar | null} */
let avatar = null;
/** @type {Talk | null} */
let talk = null;
/** @type {LevelMeter | null} */
let meter = null;
let heardAt_ms = 0;
let animatedAt_ms = 0;
let liveSince_ms = 0;

/** Ask the server who is there. */
async function meet() {
  button.disable();
  try {
    const list = await new ServerApi('', token).avatars();
    avatars = list.avatars;
    choose(query.get('avatar') ?? list.default);
  } catch (error) {
    showError(error instanceof VisavisError ? error : new VisavisError('server-gone', String(error)));
  }
}

/** @param {string} id of an avatar; the first one stands in for an unknown one */
function choose(id) {
  avatar = avatars.find((candidate) => candidate.id === id) ?? avatars[0] ?? null;
  if (!avatar) {
    showError(new VisavisError('rejected', 'The server has no avatar yet. Add one and try again.'));
    return;
  }
  picker.replaceChildren(...avatars.map(({ id: value, name }) => new Option(name, value)));
  picker.value = avatar.id;
  picker.hidden = avatars.length < 2;
  element('name').textContent = avatar.name;
  document.title = `Talk with ${avatar.name} · visavis`;
  stage.dress(avatar, idleFilm(avatar.id));
  gestures.dress(avatar.gestures);
  talk = createTalk(avatar);
  render({ state: 'idle', error: null, attempt: 0, attempts: 0 });
}

/**
 * @param {Avatar} partner
 * @returns {Talk}
 */
function createTalk(partner) {
  const audio = query.get('processing') === 'off' ? STUDIO : VOICE;
  const stream = query.get('stage') ?? undefined;
  const created = new Talk({ avatar: partner.id, stage: stream, token, audio, exclusive: true });
  created.addEventListener('state', (event) => {
    render(/** @type {CustomEvent<Change>} */ (event).detail);
  });
  created.addEventListener('microphone', () => {
    if (created.micStream) meter = new LevelMeter(created.micStream);
  });
  created.addEventListener('media', async () => {
    if (!created.remoteStream) return;
    if (!(await stage.goLive(created.remoteStream))) setSound(false);
  });
  /** @type {Window & {visavisTalk?: Talk}} */ (window).visavisTalk = created;
  return created;
}

/** @param {Change} change */
function render(change) {
  const { state, error } = change;
  call.dataset.state = state;
  call.classList.remove('unheard');
  say(talkWords(change, avatar?.name ?? 'the avatar', query.get('stage')));
  button.dress(state, error?.retryAfter_s);
  gestures.enable(state === 'live');
  picker.disabled = !AT_REST.includes(state);
  heardAt_ms = performance.now();
  if (state === 'live') liveSince_ms = performance.now();
  else if (state !== 'asking') stage.goIdle();
  if (state === 'ended' || state === 'error') silenceMeter();
}

/** @param {VisavisError} error one that came before there was anybody to talk with */
function showError(error) {
  call.dataset.state = 'error';
  say(errorWords(error));
  button.dress('error', error.retryAfter_s);
}

function silenceMeter() {
  meter?.close();
  meter = null;
  wave.rest();
}

function pressTalk() {
  if (!talk) return void meet();
  if (AT_REST.includes(talk.state)) void talk.connect();
  else talk.disconnect();
}

/** @param {number} now_ms */
function animate(now_ms) {
  requestAnimationFrame(animate);
  // On a machine without a GPU the face needs the processor more than the level bars do.
  if (!meter || !talk || now_ms - animatedAt_ms < METER_PERIOD_MS) return;
  animatedAt_ms = now_ms;
  const level = meter.read(now_ms);
  wave.show(level, now_ms);
  if (talk.state !== 'live') return;
  showClock(now_ms);
  showVoice(talk);
  noticeSilence(level, now_ms);
}

/** @param {number} now_ms */
function showClock(now_ms) {
  const seconds = Math.max(0, Math.floor((now_ms - liveSince_ms) / 1000));
  write('clock', `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`);
}

/**
 * Light the frame of the picture while the avatar speaks.
 *
 * @param {Talk} current
 */
function showVoice(current) {
  const receiver = current.peer?.getReceivers().find(({ track }) => track.kind === 'audio');
  const loudness = receiver?.getSynchronizationSources()[0]?.audioLevel ?? 0;
  element('stage').style.setProperty('--voice', Math.min(1, loudness * 4).toFixed(2));
}

/**
 * @param {number} level
 * @param {number} now_ms
 */
function noticeSilence(level, now_ms) {
  const unheard = call.classList.contains('unheard');
  if (level > UNHEARD_LEVEL) heardAt_ms = now_ms;
  const silent = now_ms - heardAt_ms > UNHEARD_MS;
  if (silent === unheard || !avatar) return;
  call.classList.toggle('unheard', silent);
  const live = talkWords({ state: 'live', error: null, attempt: 0, attempts: 0 }, avatar.name);
  say(silent ? UNHEARD_WORDS : live);
}

const setSound = soundButton((on, byHand) => {
  stage.setSound(on);
  if (byHand) rememberSound(on);
  write('hint', on ? HEADPHONES_HINT : SOUND_OFF_HINT);
}, wantsSound());
picker.addEventListener('change', () => choose(picker.value));
shortcuts({ s: () => panel.toggle(), m: () => element('sound').click() });
window.addEventListener('pagehide', () => talk?.disconnect());
tint(element('stage'));
requestAnimationFrame(animate);
void meet();
