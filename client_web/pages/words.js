/**
 * Everything the pages say. A headline tells what is, the detail what to do.
 *
 * @typedef {import('../lib/session.js').Change} Change
 * @typedef {import('../lib/session.js').State} State
 * @typedef {import('../lib/error.js').VisavisError} VisavisError
 * @typedef {{headline: string, detail: string}} Words
 * @typedef {{icon: 'mic' | 'stop' | 'busy' | 'again', label: string}} ButtonFace
 */

/**
 * @param {Change} change
 * @param {string} name of the avatar
 * @param {string | null} [stream] on which others watch
 * @returns {Words}
 */
export function talkWords({ state, error, attempt, attempts }, name, stream = null) {
  switch (state) {
    case 'asking':
      return {
        headline: 'May I hear you?',
        detail: 'Your browser is asking for the microphone. Choose Allow.',
      };
    case 'connecting':
      return { headline: `Calling ${name}…`, detail: 'This takes a second.' };
    case 'live':
      return stream
        ? { headline: 'You are on air', detail: `Whoever watches “${stream}” hears you as ${name}.` }
        : { headline: `${name} is with you`, detail: `Speak, and ${name} says it with you.` };
    case 'reconnecting':
      return {
        headline: 'Connection lost',
        detail: Number.isFinite(attempts) ? `Calling ${name} again, try ${attempt} of ${attempts}.`
          : `Calling ${name} again.`,
      };
    case 'ended':
      return { headline: 'See you soon', detail: 'Press Talk whenever you want to go on.' };
    case 'error':
      return errorWords(error);
    default:
      if (stream) {
        return {
          headline: `Go on air as ${name}`,
          detail: `Press Talk and speak. Others watch the stream “${stream}”.`,
        };
      }
      return {
        headline: `Meet ${name}`,
        detail: `Press Talk and say something. ${name} speaks with your voice.`,
      };
  }
}

/**
 * @param {Change} change
 * @param {string} name of the avatar
 * @returns {Words}
 */
export function watchWords({ state, error, attempt }, name) {
  switch (state) {
    case 'live':
      return { headline: `${name} is live`, detail: 'What you hear is what the lips say.' };
    case 'reconnecting':
      if (error?.code === 'off-air') {
        return { headline: 'Nobody is on air yet', detail: 'This page starts by itself when somebody is.' };
      }
      if (error && attempt > 1) {
        return { headline: errorWords(error).headline, detail: 'This page tries again by itself.' };
      }
      return { headline: 'Connection lost', detail: 'Calling again by itself.' };
    case 'ended':
      return { headline: 'Stopped', detail: 'Press Watch to see the stream again.' };
    case 'error':
      return errorWords(error);
    default:
      return { headline: 'Joining the stream…', detail: 'This takes a second.' };
  }
}

/**
 * @param {VisavisError | null} error
 * @returns {Words}
 */
export function errorWords(error) {
  const fallback = { headline: 'That did not work', detail: error?.message ?? 'Try again.' };
  return (error && ERROR_WORDS[error.code]) ?? fallback;
}

/** @type {Partial<Record<import('../lib/error.js').ErrorCode, Words>>} */
const ERROR_WORDS = {
  insecure: {
    headline: 'This address is not secure',
    detail: 'Browsers give the microphone to secure pages only. Open this page by https, or on localhost.',
  },
  'no-webrtc': {
    headline: 'This browser cannot make calls',
    detail: 'It has no WebRTC, or it is switched off. Use a current Chrome, Edge, Firefox or Safari.',
  },
  'mic-refused': {
    headline: 'The microphone is blocked',
    detail: 'Allow it with the icon beside the address, then try again.',
  },
  'mic-missing': {
    headline: 'No microphone found',
    detail: 'Plug one in or switch it on, then try again.',
  },
  'mic-busy': {
    headline: 'The microphone is in use',
    detail: 'Close the other program or tab that uses it, then try again.',
  },
  'mic-lost': {
    headline: 'The microphone went away',
    detail: 'Plug it in again or choose another one, then try again.',
  },
  'mic-elsewhere': {
    headline: 'Another tab is talking',
    detail: 'The microphone is open in another tab of this site. Try again to bring the talk here.',
  },
  'mic-taken': {
    headline: 'The talk moved to another tab',
    detail: 'The microphone works there now. Try again to bring it back here.',
  },
  token: {
    headline: 'This server asks for a key',
    detail: 'Open the link you were given: it ends with #token= and your key.',
  },
  foreign: {
    headline: 'This page may not use the server',
    detail: 'Open the server’s own page, or ask its operator to allow this site with --allow-origin.',
  },
  'no-avatar': {
    headline: 'There is no such avatar',
    detail: 'Check the address of this page, or open the start page and choose one.',
  },
  'on-air': {
    headline: 'Another avatar is on that stream',
    detail: 'Take another name for your stream, or choose the avatar that is there.',
  },
  'off-air': {
    headline: 'Nobody is on air yet',
    detail: 'Try again when somebody speaks.',
  },
  'server-full': {
    headline: 'All places are taken',
    detail: 'Somebody will finish soon. You can try again in a moment.',
  },
  'too-often': {
    headline: 'That was a little fast',
    detail: 'This server limits how often one can call. You can try again in a moment.',
  },
  'server-gone': {
    headline: 'The server does not answer',
    detail: 'Check that it is running and that you are online, then try again.',
  },
  'media-blocked': {
    headline: 'Sound and picture cannot get through',
    detail: 'A firewall or VPN may block UDP. Try another network, or ask its administrator.',
  },
};

/** @type {Record<State, ButtonFace>} */
export const BUTTON_FACES = {
  idle: { icon: 'mic', label: 'Talk' },
  asking: { icon: 'busy', label: 'Cancel' },
  connecting: { icon: 'busy', label: 'Cancel' },
  live: { icon: 'stop', label: 'Stop' },
  reconnecting: { icon: 'busy', label: 'Cancel' },
  ended: { icon: 'mic', label: 'Talk' },
  error: { icon: 'again', label: 'Try again' },
};

/** @type {Words} */
export const UNHEARD_WORDS = {
  headline: 'I hear nothing',
  detail: 'Check that your microphone is switched on and is the right one.',
};

export const HEADPHONES_HINT = 'Use headphones, so that only you are heard.';
export const SOUND_OFF_HINT = 'Sound is off. Your microphone still works.';
