const PERIOD_MS = 500;

/**
 * What is being said, as text, where the server knows it. Asked for only while somebody reads.
 *
 * @typedef {import('../lib/session.js').Session} Session
 */
export class Captions {
  #field;
  #session;
  #timer = 0;

  /**
   * @param {HTMLElement} field
   * @param {() => Session | null} session
   */
  constructor(field, session) {
    this.#field = field;
    this.#session = session;
  }

  /** @param {boolean} on */
  show(on) {
    clearInterval(this.#timer);
    this.#write('');
    if (on) this.#timer = setInterval(() => void this.#read(), PERIOD_MS);
  }

  async #read() {
    const session = this.#session();
    const status = session?.state === 'live' ? await session.status() : null;
    this.#write(status?.caption ?? '');
  }

  /** @param {string} text */
  #write(text) {
    if (this.#field.textContent !== text) this.#field.textContent = text;
  }
}
