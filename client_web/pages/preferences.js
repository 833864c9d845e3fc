/**
 * What the page remembers. A browser may forbid storage: then the page forgets.
 */

const SOUND_KEY = 'visavis.sound';
const TOKEN_KEY = 'visavis.token';

/** @returns {boolean} whether the person wants to hear the avatar */
export function wantsSound() {
  return attempt(() => localStorage.getItem(SOUND_KEY)) !== 'off';
}

/** @param {boolean} on */
export function rememberSound(on) {
  attempt(() => localStorage.setItem(SOUND_KEY, on ? 'on' : 'off'));
}

/**
 * Take the bearer token out of the address, where others could read it over a shoulder.
 *
 * @returns {string} empty when there is none
 */
export function takeToken() {
  const token = new URLSearchParams(location.hash.slice(1)).get('token');
  if (!token) return attempt(() => sessionStorage.getItem(TOKEN_KEY)) ?? '';
  attempt(() => sessionStorage.setItem(TOKEN_KEY, token));
  history.replaceState(null, '', location.pathname + location.search);
  return token;
}

/**
 * @template T
 * @param {() => T} access
 * @returns {T | null}
 */
function attempt(access) {
  try {
    return access();
  } catch {
    return null;
  }
}
