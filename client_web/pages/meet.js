import { getAvatarMedia } from '../lib/avatar_media.js';
import { VisavisError } from '../lib/error.js';
import { STUDIO, VOICE } from '../lib/microphone.js';
import { ServerApi } from '../lib/server_api.js';
import { Stage } from '../lib/stage.js';
import { copyButton } from './copy.js';
import { Meeting } from './meeting.js';
import { element, idleFilm, query, say, tint, token, write } from './page.js';
import { TalkButton } from './talk_button.js';
import { errorWords } from './words.js';

/**
 * A call between two people, each as an avatar. What an app would do with a camera is done here with
 * `getAvatarMedia`; everything after that is a plain RTCPeerConnection.
 */

const guest = query.has('room') && !query.has('host');
const room = query.get('room') ?? crypto.randomUUID().replaceAll('-', '');
const call = element('call');
const stage = new Stage(element('stage'));
const far = /** @type {HTMLVideoElement} */ (element('far-video'));
const button = new TalkButton(/** @type {HTMLButtonElement} */ (element('talk')), press);
const api = new ServerApi('', token);
let avatar = '';
/** @type {AbortController | null} */
let hangUp = null;

async function dress() {
  try {
    const list = await api.avatars();
    const wanted = query.get('avatar') ?? list.default;
    const shown = list.avatars.find(({ id }) => id === wanted) ?? list.avatars[0];
    avatar = shown.id;
    stage.dress(shown, idleFilm(shown.id));
    write('name', `You, as ${shown.name}`);
    rest();
  } catch (error) {
    fail(error);
  }
}

function rest() {
  call.dataset.state = 'idle';
  say(guest
    ? { headline: 'You are invited', detail: 'Press Join. The other person sees and hears your avatar.' }
    : { headline: 'Call somebody as your avatar', detail: 'Press Join, then send the link that appears.' });
  button.dress('idle');
  write('talk-label', 'Join');
}

async function join() {
  const { signal } = (hangUp = new AbortController());
  call.dataset.state = 'asking';
  button.dress('asking');
  say({ headline: 'May I hear you?', detail: 'Your browser is asking for the microphone. Choose Allow.' });
  try {
    const audio = query.get('processing') === 'off' ? STUDIO : VOICE;
    const media = await getAvatarMedia({ avatar, token, audio });
    signal.addEventListener('abort', () => media.talk.disconnect());
    signal.throwIfAborted();
    follow(media);
    const meeting = new Meeting(room, token, media, await api.iceServers());
    meeting.addEventListener('stream', () => greet(meeting.remoteStream));
    meeting.addEventListener('left', () => greet(null));
    Object.assign(window, { visavisMeeting: meeting, visavisMedia: media });
    greet(null);
    await (guest ? meeting.join(signal) : meeting.host(signal));
  } catch (error) {
    if (!signal.aborted) fail(error);
  }
}

/** @param {import('../lib/avatar_media.js').AvatarMedia} media */
function follow(media) {
  const show = () => {
    if (media.talk.remoteStream) void stage.goLive(media.talk.remoteStream);
  };
  stage.setSound(false); // one does not listen to oneself
  show();
  media.talk.addEventListener('media', show);
  media.talk.addEventListener('state', () => {
    if (media.talk.state !== 'live') stage.goIdle();
    if (media.talk.error) fail(media.talk.error);
  });
}

/** @param {MediaStream | null} stream of the other person, or nobody */
function greet(stream) {
  call.dataset.state = 'live';
  button.dress('live');
  write('talk-label', 'Leave');
  far.srcObject = stream;
  element('far').classList.toggle('has-live', Boolean(stream));
  element('invite').hidden = guest || Boolean(stream);
  if (stream) {
    // Without a press of a button there is no sound; there was one.
    void far.play().catch(() => {});
    say({ headline: 'You are connected', detail: 'Speak: your avatar says it on the other side.' });
  } else {
    say(guest ? { headline: 'Waiting for the other person', detail: 'The call begins by itself.' }
      : { headline: 'Ready', detail: 'Send the link below to one person. The call begins by itself.' });
  }
  if (!guest) invite();
}

function invite() {
  const url = new URL(location.href);
  url.searchParams.set('room', room);
  url.searchParams.delete('host');
  if (token) url.hash = `token=${token}`;
  /** @type {HTMLInputElement} */ (element('address')).value = url.href;
  history.replaceState(null, '', `?${new URLSearchParams({ room, host: '1' })}`);
}

/** @param {unknown} error */
function fail(error) {
  leave();
  const known = error instanceof VisavisError ? error : new VisavisError('rejected', String(error));
  call.dataset.state = 'error';
  say(errorWords(known));
  button.dress('error', known.retryAfter_s);
}

function leave() {
  hangUp?.abort();
  hangUp = null;
  far.srcObject = null;
  element('far').classList.remove('has-live');
  element('invite').hidden = true;
  stage.goIdle();
}

function press() {
  if (hangUp) {
    leave();
    rest();
  } else if (avatar) void join();
  else void dress();
}

copyButton(element('copy'), /** @type {HTMLInputElement} */ (element('address')));
window.addEventListener('pagehide', () => hangUp?.abort());
button.disable();
tint(element('stage'));
void dress();
