/** As long as the cross-fade in style.css. */
const FADE_MS = 500;

/**
 * The picture: a poster, above it the idle loop, above it the live video. Upper layers fade in
 * once they have something to show.
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
    this.#poster = /** @type {HTMLImageElement} */ (root.querySelector('.poster'));
    this.#idle = /** @type {HTMLVideoElement} */ (root.querySelector('.idle'));
    this.#live = /** @type {HTMLVideoElement} */ (root.querySelector('.live'));
    this.#idle.addEventListener('playing', () => this.#show('idle', true));
    this.#poster.addEventListener('load', () => {
      root.style.setProperty('--tint', backgroundColour(this.#poster));
      this.#show('poster', true);
    });
    this.#countFrames();
  }

  /** Frames of the live video that reached the screen since the page was opened. */
  get presentedFrames() {
    return this.#presented;
  }

  /** @param {import('./server_api.js').Avatar} avatar */
  dress(avatar) {
    this.#show('poster', false);
    this.#show('idle', false);
    this.#poster.src = avatar.poster;
    this.#poster.alt = `${avatar.name}, an animated person looking at you`;
    this.#root.style.setProperty('--ratio', String(avatar.width / avatar.height));
    this.#live.setAttribute('aria-label', `Live video of ${avatar.name}`);
    if (matchMedia('(prefers-reduced-motion: reduce)').matches) return;
    // Without an idle loop the poster stays: an error of this element needs no handling.
    this.#idle.src = `/api/avatars/${encodeURIComponent(avatar.id)}/idle.mp4`;
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
    if (this.#idle.src) void this.#idle.play().catch(() => {});
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
      if (this.#root.classList.contains('has-live')) this.#idle.pause();
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

/**
 * The colour behind the person, so that the page can take it up around the picture.
 *
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
