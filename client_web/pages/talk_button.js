import { icon, write } from './page.js';
import { BUTTON_FACES } from './words.js';

/** The one large button: its face tells what a press does. */
export class TalkButton {
  #button;
  #timer = 0;

  /**
   * @param {HTMLButtonElement} button
   * @param {() => void} pressed
   */
  constructor(button, pressed) {
    this.#button = button;
    button.addEventListener('click', pressed);
  }

  /**
   * @param {import('./words.js').State} state
   * @param {number} [wait_s] until it works again
   */
  dress(state, wait_s = 0) {
    clearTimeout(this.#timer);
    const face = BUTTON_FACES[state];
    this.#button.disabled = false;
    this.#button.dataset.icon = face.icon;
    icon('talk-icon', face.icon);
    write('talk-label', face.label);
    if (wait_s) this.#countDown(wait_s);
  }

  disable() {
    this.#button.disabled = true;
  }

  /** @param {number} seconds */
  #countDown(seconds) {
    this.#button.disabled = seconds > 0;
    write('talk-label', seconds > 0 ? `Try again in ${seconds} s` : 'Try again');
    if (seconds > 0) this.#timer = setTimeout(() => this.#countDown(seconds - 1), 1_000);
  }
}
