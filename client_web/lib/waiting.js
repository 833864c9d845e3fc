const FIRST_BACKOFF_MS = 500;
const LONGEST_BACKOFF_MS = 8_000;

/**
 * Wait, but not longer than somebody wants to.
 *
 * @param {number} duration_ms
 * @param {AbortSignal} signal
 * @returns {Promise<void>} rejects with the reason of the signal
 */
export function pause(duration_ms, signal) {
  return orAborted(new Promise((resolve) => setTimeout(resolve, duration_ms)), signal);
}

/**
 * @template T
 * @param {Promise<T>} promise
 * @param {AbortSignal} signal
 * @returns {Promise<T>} rejects with the reason of the signal once it is aborted
 */
export function orAborted(promise, signal) {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

/**
 * Wait for a condition.
 *
 * @param {EventTarget} target
 * @param {string} type event that can change the condition
 * @param {() => boolean} met
 * @returns {Promise<void>}
 */
export function until(target, type, met) {
  return new Promise((resolve) => {
    const check = () => {
      if (!met()) return;
      target.removeEventListener(type, check);
      resolve();
    };
    target.addEventListener(type, check);
    check();
  });
}

/**
 * With jitter, so that pages do not storm a restarted server.
 *
 * @param {number} attempt counted from 1
 * @returns {number} milliseconds
 */
export function backoff_ms(attempt) {
  const backoff = Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** (attempt - 1));
  return backoff * (0.5 + Math.random());
}
