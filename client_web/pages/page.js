import { takeToken } from './preferences.js';

/** What all pages share: the address, the token, and words for people. */

export const query = new URLSearchParams(location.search);
export const token = takeToken();

/** @param {string} id */
export function element(id) {
  return /** @type {HTMLElement} */ (document.getElementById(id));
}

/**
 * Write a headline and a detail. A live region is read again on every write, so an unchanged text
 * is left alone.
 *
 * @param {import('./words.js').Words} words
 */
export function say({ headline, detail }) {
  write('headline', headline);
  write('detail', detail);
}

/**
 * @param {string} id
 * @param {string} text
 */
export function write(id, text) {
  if (element(id).textContent !== text) element(id).textContent = text;
}

/**
 * @param {string} id of a `<use>` element
 * @param {string} name of an icon
 */
export function icon(id, name) {
  element(id).setAttribute('href', `/icons.svg#${name}`);
}

/**
 * Let the room take up the colour behind the person.
 *
 * @param {HTMLElement} stage with a poster in it
 * @param {HTMLElement} [room]
 */
export function tint(stage, room = stage) {
  const poster = /** @type {HTMLImageElement} */ (stage.querySelector('.poster'));
  poster.addEventListener('load', () => {
    room.style.setProperty('--tint', backgroundColour(poster));
  });
}

/**
 * @param {HTMLImageElement} picture loaded, of this origin
 * @returns {string} CSS colour: the mean of the two upper corners
 */
function backgroundColour(picture) {
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = 16;
  const context = canvas.getContext('2d');
  if (!context) return 'transparent';
  context.drawImage(picture, 0, 0, 16, 16);
  const row = [...context.getImageData(0, 0, 16, 1).data];
  const right = row.slice(-4);
  const [red, green, blue, alpha] = row.slice(0, 4).map((value, i) => (value + right[i]) / 2);
  return `rgb(${red} ${green} ${blue} / ${alpha / 255})`;
}

/**
 * @param {string} id of an avatar
 * @returns {string} address of its idle loop
 */
export function idleFilm(id) {
  return `/api/avatars/${encodeURIComponent(id)}/idle.mp4`;
}

/**
 * Make the sound button work, and remember what it says.
 *
 * @param {(on: boolean, byHand: boolean) => void} changed also called at once
 * @param {boolean} on at the beginning
 * @returns {(on: boolean) => void} sets it
 */
export function soundButton(changed, on) {
  const button = element('sound');
  const set = (/** @type {boolean} */ audible, byHand = false) => {
    button.setAttribute('aria-pressed', String(audible));
    icon('sound-icon', audible ? 'sound' : 'muted');
    changed(audible, byHand);
  };
  button.addEventListener('click', () => {
    set(button.getAttribute('aria-pressed') !== 'true', true);
  });
  set(on);
  return set;
}

/**
 * Single keys, away from fields.
 *
 * @param {Record<string, () => void>} actions
 */
export function shortcuts(actions) {
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    if (event.target instanceof Element && event.target.matches('input, select')) return;
    actions[event.key]?.();
  });
}
