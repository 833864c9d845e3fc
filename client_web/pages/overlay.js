import { ServerApi } from '../lib/server_api.js';
import { STUDIO } from '../lib/microphone.js';
import { Stage } from '../lib/stage.js';
import { Talk } from '../lib/talk.js';
import { Watch } from '../lib/watch.js';
import { Captions } from './captions.js';
import { copyButton } from './copy.js';
import { element, query, say, token } from './page.js';
import { watchWords } from './words.js';

/**
 * A transparent avatar. Address: `?stream=main` shows what somebody speaks into that stream,
 * `?mic=1` speaks what this page hears; `?key=green` fills the background for a chroma key,
 * `?flip=1` mirrors, `?sound=off` mutes. On air nothing but the avatar is ever drawn: words show only
 * outside OBS.
 *
 * @typedef {import('../lib/session.js').Change} Change
 */

const KEYS = /** @type {Record<string, string>} */ ({ green: '#00ff00', blue: '#0000ff' });
const stream = query.get('stream');
const onAir = 'obsstudio' in window;
const call = element('call');

async function show() {
  document.body.classList.add('bare');
  const key = query.get('key');
  if (key) document.body.style.background = KEYS[key] ?? KEYS.green;
  call.classList.toggle('flip', query.get('flip') === '1');
  const stage = new Stage(element('stage'));
  const sound = element('talk');
  const options = { token, attempts: Infinity, alpha: true };
  const session = stream ? new Watch({ ...options, stream })
    : new Talk({ ...options, avatar: await avatarId(), audio: STUDIO, exclusive: true });
  /** @type {Window & {visavisSession?: Talk | Watch}} */ (window).visavisSession = session;
  stage.setSound(query.get('sound') !== 'off');
  session.addEventListener('state', (event) => {
    const change = /** @type {CustomEvent<Change>} */ (event).detail;
    call.dataset.state = change.state;
    element('note').hidden = onAir || change.state === 'live';
    say(watchWords(change, 'The avatar'));
    if (change.state === 'error' && onAir) setTimeout(() => void session.connect(), 10_000);
  });
  session.addEventListener('media', async () => {
    if (!session.remoteStream) return;
    sound.hidden = (await stage.goLive(session.remoteStream)) || onAir;
  });
  sound.addEventListener('click', () => {
    stage.setSound(true);
    sound.hidden = true;
  });
  new Captions(element('caption'), () => session).show(query.get('captions') === '1');
  window.addEventListener('pagehide', () => session.disconnect());
  void session.connect();
}

async function avatarId() {
  return query.get('avatar') ?? (await new ServerApi('', token).avatars()).default;
}

/** The first screen: what to put into OBS. */
async function setUp() {
  const form = /** @type {HTMLFormElement} */ (element('setup'));
  const address = /** @type {HTMLInputElement} */ (element('address'));
  const update = () => {
    const chosen = new URLSearchParams();
    for (const [name, value] of new FormData(form)) if (value) chosen.set(name, String(value));
    const url = new URL(`?${chosen}`, location.href);
    if (token) url.hash = `token=${token}`;
    address.value = url.href;
    /** @type {HTMLAnchorElement} */ (element('open')).href = url.href;
    element('preview').style.background = KEYS[chosen.get('key') ?? ''] ?? '';
    element('preview').classList.toggle('flip', chosen.has('flip'));
  };
  form.addEventListener('input', update);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    location.href = address.value;
  });
  copyButton(element('copy'), address);
  form.hidden = element('bar').hidden = false;
  update();
  const list = await new ServerApi('', token).avatars().catch(() => null);
  const first = list?.avatars.find(({ id }) => id === list.default);
  if (first) /** @type {HTMLImageElement} */ (element('cutout')).src = `${first.poster}?alpha=1`;
}

if (stream || query.get('mic')) void show();
else void setUp();
