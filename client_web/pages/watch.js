import { ServerApi } from '../lib/server_api.js';
import { Stage } from '../lib/stage.js';
import { Watch } from '../lib/watch.js';
import { Captions } from './captions.js';
import { element, icon, idleFilm, query, say, shortcuts, soundButton, tint, token, write } from './page.js';
import { StatsPanel } from './stats_panel.js';
import { watchWords } from './words.js';

/** @typedef {import('../lib/session.js').Change} Change */

const PATIENCE_MS = 1_500;

const stream = query.get('stream') ?? '';
const call = element('call');
const stage = new Stage(element('stage'));
const button = element('talk');
let name = 'The avatar';
let audible = true;
/** @type {Change} */
let last = { state: 'idle', error: null, attempt: 0, attempts: 0 };
/** @type {Watch | null} */
let watch = null;
const panel = new StatsPanel(
  element('numbers'), /** @type {HTMLButtonElement} */ (element('stats')), stage, () => watch);

/** Show who will be seen, before anything is connected. */
async function dress() {
  try {
    const { avatars, default: first } = await new ServerApi('', token).avatars();
    const avatar = avatars.find(({ id }) => id === first) ?? avatars[0];
    if (!avatar) return;
    name = avatar.name;
    stage.dress(avatar, '');
    render(last);
    // The loop is for those who wait: it must not hold up the live picture of those who need not.
    setTimeout(() => last.state !== 'live' && stage.rest(idleFilm(avatar.id)), PATIENCE_MS);
  } catch {
    // The call itself meets the same trouble, and says it.
  }
}

function begin() {
  watch = new Watch({ stream, token });
  watch.addEventListener('state', (event) => {
    render(/** @type {CustomEvent<Change>} */ (event).detail);
  });
  watch.addEventListener('media', async () => {
    if (!watch?.remoteStream || (await stage.goLive(watch.remoteStream))) return;
    setSound(false);
  });
  /** @type {Window & {visavisWatch?: Watch}} */ (window).visavisWatch = watch;
  write('name', stream);
  document.title = `${stream} · visavis`;
  void watch.connect();
}

/** @param {Change} change */
function render(change) {
  last = change;
  const { state } = change;
  call.dataset.state = state;
  if (!stream) return;
  say(watchWords(change, name));
  if (state !== 'live') stage.goIdle();
  dressButton();
}

/** The button turns on the sound that a browser held back, or tries again. */
function dressButton() {
  const { state } = last;
  const again = state === 'error' || state === 'ended';
  button.hidden = !again && !(state === 'live' && !audible);
  icon('talk-icon', again ? 'again' : 'sound');
  write('talk-label', again ? 'Try again' : 'Turn on sound');
}

/** Without a stream in the address, ask for one. */
async function ask() {
  call.dataset.state = 'idle';
  say({ headline: 'Watch a stream', detail: 'Type the name that its speaker gave you.' });
  element('ask').hidden = false;
  element('dock').hidden = true;
  const list = element('streams');
  list.replaceChildren(...(await streams()).map((name) => new Option(name, name)));
}

/** @returns {Promise<string[]>} names of the streams that are on air; none if the server does not tell */
async function streams() {
  try {
    const headers = token ? { Authorization: `Bearer ${token}` } : undefined;
    const { stages } = await (await fetch('/api/stages', { headers })).json();
    return stages.map((/** @type {{name: string}} */ { name: stage }) => stage);
  } catch {
    return [];
  }
}

const setSound = soundButton((on) => {
  audible = on;
  stage.setSound(on);
  dressButton();
}, true);
button.addEventListener('click', () => {
  if (last.state === 'live') setSound(true);
  else void watch?.connect();
});
const captions = new Captions(element('caption'), () => watch);
element('captions').addEventListener('click', () => {
  const on = element('captions').getAttribute('aria-pressed') !== 'true';
  element('captions').setAttribute('aria-pressed', String(on));
  captions.show(on);
});
shortcuts({ s: () => panel.toggle(), c: () => element('captions').click(), m: () => element('sound').click() });
window.addEventListener('pagehide', () => watch?.disconnect());
tint(element('stage'));
if (stream) begin();
else void ask();
void dress();
