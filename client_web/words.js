/**
 * Everything the page says. A headline tells what is, the detail what to do.
 *
 * @typedef {import('./visavis.js').TalkChange} TalkChange
 * @typedef {{headline: string, detail: string}} Words
 * @typedef {{icon: 'mic' | 'stop' | 'busy' | 'again', label: string}} ButtonFace
 */

/**
 * @param {TalkChange} change
 * @param {string} name of the avatar
 * @returns {Words}
 */
export function stateWords({ state, error, attempt, attempts }, name) {
  switch (state) {
    case 'asking':
      return {
        headline: 'May I hear you?',
        detail: 'Your browser is asking for the microphone. Choose Allow.',
      };
    case 'connecting':
      return { headline: `Calling ${name}…`, detail: 'This takes a second.' };
    case 'live':
      return { headline: `${name} is with you`, detail: `Speak, and ${name} says it with you.` };
    case 'reconnecting':
      return {
        headline: 'Connection lost',
        detail: `Calling ${name} again, try ${attempt} of ${attempts}.`,
      };
    case 'ended':
      return { headline: 'See you soon', detail: 'Press Talk whenever you want to go on.' };
    case 'error':
      return errorWords(error);
    default:
      return {
        headline: `Meet ${name}`,
        detail: `Press Talk and say something. ${name} speaks with your voice.`,
      };
  }
}

/**
 * @param {import('./visavis.js').TalkError | null} error
 * @returns {Words}
 */
export function errorWords(error) {
  const fallback = { headline: 'That did not work', detail: error?.message ?? 'Try again.' };
  return (error && ERROR_WORDS[error.code]) ?? fallback;
}

/** @type {Partial<Record<import('./talk_error.js').TalkErrorCode, Words>>} */
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
  token: {
    headline: 'This server asks for a key',
    detail: 'Open the link you were given: it ends with #token= and your key.',
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

/** @type {Record<import('./visavis.js').TalkState, ButtonFace>} */
export const BUTTON_FACES = {
  idle: { icon: 'mic', label: 'Talk' },
  asking: { icon: 'busy', label: 'Cancel' },
  connecting: { icon: 'busy', label: 'Cancel' },
  live: { icon: 'stop', label: 'Stop' },
  reconnecting: { icon: 'busy', label: 'Cancel' },
  ended: { icon: 'mic', label: 'Talk' },
  error: { icon: 'again', label: 'Try again' },
};

/** @returns {Words} */
export function unheardWords() {
  return {
    headline: 'I hear nothing',
    detail: 'Check that your microphone is switched on and is the right one.',
  };
}

export const HEADPHONES_HINT = 'Use headphones, so that only you are heard.';
export const SOUND_OFF_HINT = 'Sound is off. Your microphone still works.';
