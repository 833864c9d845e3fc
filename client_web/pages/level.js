/** Level that counts as nothing, and level that fills the meter, in dB below full scale. */
const FLOOR_DB = -60;
const CEILING_DB = -10;
/** Time constants of the needle: it jumps up and sinks slowly, like a speech meter. */
const ATTACK_MS = 15;
const RELEASE_MS = 180;
const WINDOW_SAMPLES = 1024;

/** How loud a microphone is, on a scale made for speech. */
export class LevelMeter {
  #context = new AudioContext({ latencyHint: 'interactive' });
  #analyser = this.#context.createAnalyser();
  #samples = new Float32Array(WINDOW_SAMPLES);
  #level = 0;
  #readAt_ms = 0;

  /** @param {MediaStream} stream */
  constructor(stream) {
    this.#analyser.fftSize = WINDOW_SAMPLES;
    this.#context.createMediaStreamSource(stream).connect(this.#analyser);
    void this.#context.resume();
  }

  /**
   * @param {number} now_ms
   * @returns {number} 0 is silence, 1 is loud; never beyond
   */
  read(now_ms) {
    this.#analyser.getFloatTimeDomainData(this.#samples);
    const target = speechLevel(this.#samples);
    const constant_ms = target > this.#level ? ATTACK_MS : RELEASE_MS;
    const share = 1 - Math.exp(-(now_ms - this.#readAt_ms) / constant_ms);
    this.#level += (target - this.#level) * share;
    this.#readAt_ms = now_ms;
    return this.#level;
  }

  close() {
    void this.#context.close();
  }
}

/**
 * @param {Float32Array} samples -1 to 1
 * @returns {number} 0 to 1, linear in decibels
 */
function speechLevel(samples) {
  let energy = 0;
  for (const sample of samples) energy += sample * sample;
  const level_db = 10 * Math.log10(energy / samples.length + 1e-12);
  return Math.min(1, Math.max(0, (level_db - FLOOR_DB) / (CEILING_DB - FLOOR_DB)));
}
