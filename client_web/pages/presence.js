/** A picture this small tells that somebody moves, and nothing else. */
const SIDE = 32;
const PERIOD_MS = 250;
/** Mean change of a pixel, in levels of 255, and for how many looks in a row. */
const MOVED = 6;
const LOOKS = 3;

/**
 * Notice that somebody stands before the screen, by its camera. Pictures stay in the page, a few
 * hundred grey dots at a time, and are forgotten at once.
 */
export class Presence {
  #came;
  #video = document.createElement('video');
  /** @type {Uint8ClampedArray | null} */
  #before = null;
  #moving = 0;

  /** @param {() => void} came */
  constructor(came) {
    this.#came = came;
  }

  /** Look for ever. Without a camera the touch remains. */
  async begin() {
    try {
      this.#video.srcObject = await navigator.mediaDevices.getUserMedia({
        video: { width: 160, height: 120, frameRate: 5 },
      });
      this.#video.muted = true;
      await this.#video.play();
    } catch {
      return;
    }
    const canvas = document.createElement('canvas');
    canvas.width = canvas.height = SIDE;
    const pen = canvas.getContext('2d', { willReadFrequently: true });
    if (pen) setInterval(() => this.#look(pen), PERIOD_MS);
  }

  /** @param {CanvasRenderingContext2D} pen */
  #look(pen) {
    pen.drawImage(this.#video, 0, 0, SIDE, SIDE);
    const now = pen.getImageData(0, 0, SIDE, SIDE).data;
    const before = this.#before;
    this.#before = now;
    if (!before) return;
    let change = 0;
    for (let i = 1; i < now.length; i += 4) change += Math.abs(now[i] - before[i]);
    this.#moving = change / SIDE ** 2 > MOVED ? this.#moving + 1 : 0;
    if (this.#moving === LOOKS) this.#came();
  }
}
