import { microphoneError, VisavisError } from './error.js';

/** A person at a laptop: the browser removes echo and noise. */
export const VOICE = Object.freeze({
  echoCancellation: true, noiseSuppression: true, autoGainControl: true,
});
/** A studio microphone: the sound reaches the avatar untouched. */
export const STUDIO = Object.freeze({
  echoCancellation: false, noiseSuppression: false, autoGainControl: false,
});

const LOCK = 'visavis-microphone';

/**
 * @param {MediaTrackConstraints} audio
 * @returns {Promise<MediaStream>}
 */
export async function askMicrophone(audio) {
  if (!navigator.mediaDevices) {
    throw new VisavisError('insecure', 'Open this page by https or on localhost.');
  }
  try {
    return await navigator.mediaDevices.getUserMedia({ audio });
  } catch (error) {
    throw microphoneError(error);
  }
}

/**
 * Be the only page of this site that listens to the microphone, until `signal` is aborted. Two
 * avatars that say the same are an echo nobody can explain.
 *
 * @param {AbortSignal} signal
 * @param {boolean} steal take it from the page that has it
 * @param {() => void} taken called when another page takes it
 */
export function holdMicrophone(signal, steal, taken) {
  return new Promise((resolve, reject) => {
    // Browsers without locks, and insecure pages, which get no microphone anyway.
    if (!navigator.locks) return resolve(null);
    const kept = new Promise((release) => {
      signal.addEventListener('abort', () => release(null), { once: true });
    });
    const held = navigator.locks.request(
      LOCK, steal ? { steal } : { ifAvailable: true }, (lock) => {
        if (lock) resolve(null);
        else reject(new VisavisError('mic-elsewhere', 'Another page uses the microphone.'));
        return lock ? kept : null;
      });
    held.catch(() => {
      if (!signal.aborted) taken();
    });
  });
}
