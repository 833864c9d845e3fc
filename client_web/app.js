import { GestureBar } from './gestures.js';
import { LevelMeter } from './level.js';
import { rememberSound, takeToken, wantsSound } from './preferences.js';
import { Stage } from './stage.js';
import { StatsPanel } from './stats_panel.js';
import { ServerApi, STUDIO, Talk, TalkError, VOICE } from './visavis.js';
import { Wave } from './wave.js';
import {
  BUTTON_FACES, errorWords, HEADPHONES_HINT, SOUND_OFF_HINT, stateWords, unheardWords,
} from './words.js';

/**
 * @typedef {import('./server_api.js').Avatar} Avatar
 * @typedef {import('./visavis.js').TalkChange} TalkChange
 */

/** Below this level for this long, somebody who talks is not being heard. */
const UNHEARD_LEVEL = 0.08;
const UNHEARD_MS = 5_000;
const METER_PERIOD_MS = 75;

const query = new URLSearchParams(location.search);
const token = takeToken();

const call = element('call');
const talkButton = /** @type {HTMLButtonElement} */ (element('talk'));
const soundButton = /** @type {HTMLButtonElement} */ (element('sound'));
const statsButton = /** @type {HTMLButtonElement} */ (element('stats'));
const picker = /** @type {HTMLSelectElement} */ (element('picker'));
const stage = new Stage(element('stage'));
const wave = new Wave(element('meter'));
const gestures = new GestureBar(element('gestures'), () => talk);
const panel = new StatsPanel(element('numbers'), statsButton, stage, () => talk);

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
let countdownTimer = 0;

/** @param {string} id */
function element(id) {
  return /** @type {HTMLElement} */ (document.getElementById(id));
}

/** Ask the server who is there. */
async function meet() {
  clearTimeout(countdownTimer);
  talkButton.disabled = true;
  try {
    const list = await new ServerApi('', token).avatars();
    avatars = list.avatars;
    choose(query.get('avatar') ?? list.default);
  } catch (error) {
    showError(error instanceof TalkError ? error : new TalkError('server-gone', String(error)));
  }
}

/** @param {string} id of an avatar; the first one stands in for an unknown one */
function choose(id) {
  avatar = avatars.find((candidate) => candidate.id === id) ?? avatars[0] ?? null;
  if (!avatar) {
    showError(new TalkError('no-avatar', 'The server has no avatar yet. Add one and try again.'));
    return;
  }
  picker.replaceChildren(...avatars.map(({ id: value, name }) => new Option(name, value)));
  picker.value = avatar.id;
  picker.hidden = avatars.length < 2;
  element('name').textContent = avatar.name;
  document.title = `Talk with ${avatar.name} · visavis`;
  stage.dress(avatar);
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
  const created = new Talk({ avatar: partner.id, token, audio });
  created.addEventListener('state', (event) => {
    render(/** @type {CustomEvent<TalkChange>} */ (event).detail);
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

/** @param {TalkChange} change */
function render(change) {
  const { state, error } = change;
  const words = stateWords(change, avatar?.name ?? 'the avatar');
  call.dataset.state = state;
  call.classList.remove('unheard');
  say(words.headline, words.detail);
  dressButton(BUTTON_FACES[state]);
  gestures.enable(state === 'live');
  picker.disabled = !['idle', 'ended', 'error'].includes(state);
  heardAt_ms = performance.now();
  if (state === 'live') liveSince_ms = performance.now();
  else if (state !== 'asking') stage.goIdle();
  if (state === 'ended' || state === 'error') silenceMeter();
  if (error?.retryAfter_s) countDown(error.retryAfter_s);
}

/** @param {TalkError} error one that came before there was anybody to talk with */
function showError(error) {
  const words = errorWords(error);
  call.dataset.state = 'error';
  say(words.headline, words.detail);
  dressButton(BUTTON_FACES.error);
  if (error.retryAfter_s) countDown(error.retryAfter_s);
}

/**
 * @param {string} headline
 * @param {string} detail
 */
function say(headline, detail) {
  // A live region is read again on every write, so an unchanged text is left alone.
  for (const [id, text] of [['headline', headline], ['detail', detail]]) {
    if (element(id).textContent !== text) element(id).textContent = text;
  }
}

/** @param {import('./words.js').ButtonFace} face */
function dressButton({ icon, label }) {
  clearTimeout(countdownTimer);
  talkButton.disabled = false;
  talkButton.dataset.icon = icon;
  element('talk-icon').setAttribute('href', `icons.svg#${icon}`);
  element('talk-label').textContent = label;
}

/** @param {number} seconds until the button works again */
function countDown(seconds) {
  talkButton.disabled = seconds > 0;
  element('talk-label').textContent = seconds > 0 ? `Try again in ${seconds} s` : 'Try again';
  if (seconds > 0) countdownTimer = setTimeout(() => countDown(seconds - 1), 1_000);
}

function silenceMeter() {
  meter?.close();
  meter = null;
  wave.rest();
}

/** @param {boolean} on */
function setSound(on) {
  stage.setSound(on);
  soundButton.setAttribute('aria-pressed', String(on));
  element('sound-icon').setAttribute('href', on ? 'icons.svg#sound' : 'icons.svg#muted');
  element('hint').textContent = on ? HEADPHONES_HINT : SOUND_OFF_HINT;
}

function toggleSound() {
  const on = soundButton.getAttribute('aria-pressed') !== 'true';
  setSound(on);
  rememberSound(on);
}

function pressTalk() {
  if (!talk) return void meet();
  if (['idle', 'ended', 'error'].includes(talk.state)) void talk.connect();
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
  const text = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
  if (element('clock').textContent !== text) element('clock').textContent = text;
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
  const live = stateWords({ state: 'live', error: null, attempt: 0, attempts: 0 }, avatar.name);
  const words = silent ? unheardWords() : live;
  say(words.headline, words.detail);
}

/** @param {KeyboardEvent} event */
function pressKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  if (event.target instanceof HTMLSelectElement) return;
  if (event.key === 's') panel.toggle();
  if (event.key === 'm') toggleSound();
}

talkButton.addEventListener('click', pressTalk);
soundButton.addEventListener('click', toggleSound);
picker.addEventListener('change', () => choose(picker.value));
document.addEventListener('keydown', pressKey);
window.addEventListener('pagehide', () => talk?.disconnect());
setSound(wantsSound());
requestAnimationFrame(animate);
void meet();
