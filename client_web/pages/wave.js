/** Bars on each side of the middle one, and how often the wave moves one bar outwards. */
const SIDE_BARS = 18;
const STEP_MS = 45;
/** Height of a bar at silence, as a share of its full height: a row of dots. */
const REST = 0.1;

/** The microphone level as a wave that runs from the middle to both sides. */
export class Wave {
  #host;
  /** @type {HTMLElement[]} */
  #bars = [];
  #levels = new Array(SIDE_BARS + 1).fill(0);
  #movedAt_ms = 0;
  #still = matchMedia('(prefers-reduced-motion: reduce)');

  /** @param {HTMLElement} host an element with role "meter" */
  constructor(host) {
    this.#host = host;
    for (let i = -SIDE_BARS; i <= SIDE_BARS; i += 1) {
      const bar = document.createElement('i');
      bar.style.setProperty('--edge', String(Math.abs(i) / SIDE_BARS));
      this.#bars.push(bar);
    }
    host.replaceChildren(...this.#bars);
    this.rest();
  }

  /**
   * @param {number} level 0 to 1
   * @param {number} now_ms
   */
  show(level, now_ms) {
    if (now_ms - this.#movedAt_ms >= STEP_MS) {
      this.#movedAt_ms = now_ms;
      this.#levels.pop();
      this.#levels.unshift(level);
      this.#host.setAttribute('aria-valuenow', String(Math.round(level * 10) * 10));
    }
    this.#levels[0] = Math.max(this.#levels[0], level);
    this.#draw();
  }

  rest() {
    this.#levels.fill(0);
    this.#host.setAttribute('aria-valuenow', '0');
    this.#draw();
  }

  #draw() {
    for (const [i, bar] of this.#bars.entries()) {
      const distance = Math.abs(i - SIDE_BARS);
      // Without motion the wave is a plain gauge: lit up to the level, never moving.
      const level = this.#still.matches
        ? Number(this.#levels[0] * SIDE_BARS > distance) * 0.4
        : this.#levels[distance] * (1 - 0.6 * (distance / SIDE_BARS));
      bar.style.transform = `scaleY(${Math.max(REST, level)})`;
      bar.classList.toggle('lit', level > REST);
    }
  }
}
