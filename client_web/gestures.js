/**
 * @typedef {import('./visavis.js').Talk} Talk
 */

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
    button.addEventListener('click', () => void this.#talk()?.gesture(name));
    return button;
  }
}
