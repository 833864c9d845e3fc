/**
 * @typedef {import('../lib/talk.js').Talk} Talk
 */

/** How long a button tells that it was heard: the gesture itself may take a few seconds to come. */
const ASKED_MS = 1_500;

/** One small button for each gesture that the avatar has; they work while a call is live. */
export class GestureBar {
  #bar;
  #talk;

  /**
   * @param {HTMLElement} bar
   * @param {() => Talk | null} talk
   */
  constructor(bar, talk) {
    this.#bar = bar;
    this.#talk = talk;
  }

  /** @param {string[]} gestures names; without any the bar is hidden */
  dress(gestures) {
    this.#bar.replaceChildren(...gestures.map((name) => this.#button(name)));
    this.#bar.hidden = !gestures.length;
  }

  /** @param {boolean} live */
  enable(live) {
    for (const button of this.#bar.querySelectorAll('button')) button.disabled = !live;
  }

  /** @param {string} name */
  #button(name) {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'gesture';
    button.disabled = true;
    button.textContent = name[0].toUpperCase() + name.slice(1).replaceAll('-', ' ');
    button.addEventListener('click', () => void this.#ask(button, name));
    return button;
  }

  /**
   * @param {HTMLButtonElement} button
   * @param {string} name
   */
  async #ask(button, name) {
    if (!(await this.#talk()?.gesture(name))) return;
    button.classList.add('asked');
    setTimeout(() => button.classList.remove('asked'), ASKED_MS);
  }
}
