import { AlphaCanvas } from './alpha.js';

/** As long as the cross-fade in the style sheets. */
const FADE_MS = 500;

/**
 * The picture: a poster, above it the idle loop, above it the live video. Upper layers fade in
 * once they have something to show. With a `canvas` among the layers the live picture is
 * stacked, and drawn there with its transparency.
 */
export class Stage {
  #root;
  #poster;
  #idle;
  #live;
  #presented = 0;
  #clearTimer = 0;

  /** @param {HTMLElement} root */
  constructor(root) {
    this.#root = root;
    this.#poster = /** @type {HTMLImageElement | null} */ (root.querySelector('.poster'));
    this.#idle = /** @type {HTMLVideoElement | null} */ (root.querySelector('.idle'));
    this.#live = /** @type {HTMLVideoElement} */ (root.querySelector('.live'));
    this.#idle?.addEventListener('playing', () => this.#show('idle', true));
    this.#poster?.addEventListener('load', () => this.#show('poster', true));
    const canvas = /** @type {HTMLCanvasElement | null} */ (root.querySelector('canvas'));
    if (canvas) new AlphaCanvas(canvas, this.#live);
    this.#countFrames();
  }

  /** Frames of the live video that reached the screen since the page was opened. */
  get presentedFrames() {
    return this.#presented;
  }

  /**
   * @param {import('./server_api.js').Avatar} avatar
   * @param {string} idle address of its idle loop; empty for none
   */
  dress(avatar, idle) {
    const root = this.#root;
    root.style.setProperty('--ratio', String(avatar.width / avatar.height));
    this.#live.setAttribute('aria-label', `Live video of ${avatar.name}`);
    if (!this.#poster || !this.#idle) return;
    this.#show('poster', false);
    this.#show('idle', false);
    this.#poster.src = avatar.poster;
    this.#poster.alt = `${avatar.name}, an animated person looking at you`;
    if (idle) this.rest(idle);
  }

  /**
   * Let the avatar move while nobody talks.
   *
   * @param {string} idle address of its idle loop
   */
  rest(idle) {
    if (!this.#idle || matchMedia('(prefers-reduced-motion: reduce)').matches) return;
    // Without an idle loop the poster stays: an error of this element needs no handling.
    this.#idle.src = idle;
  }

  /**
   * Show the live video from its first frame on.
   *
   * @param {MediaStream} stream
   * @returns {Promise<boolean>} false when the browser plays it without sound only
   */
  async goLive(stream) {
    clearTimeout(this.#clearTimer);
    const live = this.#live;
    live.srcObject = stream;
    live.requestVideoFrameCallback(() => {
      if (live.srcObject === stream) this.#reveal();
    });
    try {
      await live.play();
      return true;
    } catch (error) {
      if (!(error instanceof DOMException) || error.name !== 'NotAllowedError') return true;
      live.muted = true;
      void live.play().catch(() => {});
      return false;
    }
  }

  /** Fade back to the idle loop. */
  goIdle() {
    if (this.#idle?.src) void this.#idle.play().catch(() => {});
    this.#show('live', false);
    clearTimeout(this.#clearTimer);
    this.#clearTimer = setTimeout(() => {
      this.#live.srcObject = null;
    }, FADE_MS);
  }

  /** @param {boolean} on */
  setSound(on) {
    this.#live.muted = !on;
  }

  #reveal() {
    this.#show('live', true);
    setTimeout(() => {
      if (this.#root.classList.contains('has-live')) this.#idle?.pause();
    }, FADE_MS);
  }

  /**
   * @param {'poster' | 'idle' | 'live'} layer
   * @param {boolean} on
   */
  #show(layer, on) {
    this.#root.classList.toggle(`has-${layer}`, on);
  }

  #countFrames() {
    let before = 0;
    const count = (/** @type {number} */ _now, /** @type {VideoFrameCallbackMetadata} */ frame) => {
      // The counter of the browser starts again with each stream.
      this.#presented += Math.max(1, frame.presentedFrames - before);
      before = frame.presentedFrames;
      this.#live.requestVideoFrameCallback(count);
    };
    this.#live.addEventListener('emptied', () => { before = 0; });
    this.#live.requestVideoFrameCallback(count);
  }
}
