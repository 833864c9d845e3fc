/**
 * Keep picture and sound together.
 *
 * Both come in step, but a browser holds each back as long as its own network jitter demands, and
 * evens that out by small steps, for half a minute. This reads its own estimate four times a second
 * and has whichever is ahead wait, by all of the difference: the picture when the sound's buffer
 * grew, the sound when the picture's buffer cannot be any shorter.
 *
 * What is sent on must come without the sender's times: Chromium passes on the time at which a
 * picture was made, if it knows it, but of a sound that at which it sent it itself, so whoever
 * receives both holds the sound back by all of the picture's way. Then there is no estimate, and
 * the buffers tell: the server sends both in step.
 */

const PERIOD_MS = 250;
/** Smaller differences are within the error of the estimate. */
const TOLERANCE_MS = 8;
const MOST_MS = 1_000;
/**
 * What the estimate leaves out, picture minus sound: a picture waits for the compositor, a sound
 * for its block and for the 6.5 ms that Opus looks ahead.
 */
export const SHOWN_MS = -9;
/**
 * How much later than its sound a picture is to be sent on: a browser reports the time of a sound
 * when its packet is full, and whoever receives it takes it to be that late.
 */
const RELAYED_MS = 25;
/** Between what is asked for and the delay in a jitter buffer that it leads to. */
const RENDERING_MS = 14;
/**
 * How much longer than the picture must a sound may be made to wait. A browser holds a picture back
 * for the sound's sake, too, and if the sound then waited for that picture, neither would ever stop.
 */
const BEYOND_PICTURE_MS = 25;
/** Browsers move a picture's delay by a tenth of the time that passes; meanwhile nothing is asked. */
const SETTLE_MS = 300;
const SETTLE_RATE = 10;
const MOST_SETTLE_MS = 1_500;

/**
 * @typedef {object} Flow what one kind of media does, by its statistics
 * @property {number} playing what is believed to be playing, in ms of the server's clock
 * @property {number} held seconds that its samples or frames spent in the jitter buffer, in all
 * @property {number} least the same, had only the network its say
 * @property {number} target the same, as the buffer aims at it
 * @property {number} count of those samples or frames
 *
 * @typedef {object} Delays of one kind of media since the last look, in ms
 * @property {number} held
 * @property {number} least
 * @property {number} target
 */

export class LipSync {
  #peer;
  #relayed;
  #receivers;
  #timer = 0;
  #quietUntil_ms = 0;
  /** What was asked of the jitter buffers. */
  #asked_ms = { audio: 0, video: 0 };
  /** @type {Record<string, Flow>} */
  #seen = {};
  /** How much the picture was ahead of the sound at the last look. */
  #early_ms = 0;

  /**
   * @param {RTCPeerConnection} peer that receives one picture and one sound
   * @param {boolean} [relayed] sent on instead of shown; the sender tells no times
   */
  constructor(peer, relayed = false) {
    this.#peer = peer;
    this.#relayed = relayed;
    this.#receivers = Object.fromEntries(
      peer.getReceivers().map((receiver) => [receiver.track.kind, receiver]));
  }

  start() {
    if (!('jitterBufferTarget' in this.#receivers.video)) return;
    this.#timer = setInterval(() => void this.#correct(), PERIOD_MS);
  }

  stop() {
    clearInterval(this.#timer);
  }

  async #correct() {
    const { audio: heard, video: shown } = this.#seen;
    this.#seen = flows(await this.#peer.getStats(), this.#relayed);
    const { audio, video } = this.#seen;
    if (!heard || !shown || !audio || !video) return;
    // A stalled track keeps its last time.
    if (heard.count === audio.count || shown.count === video.count) return;
    const [sound, picture] = [delays(heard, audio), delays(shown, video)];
    const early_ms = this.#lasting(this.#relayed ? sound.held + RELAYED_MS - picture.held
      : video.playing - audio.playing - SHOWN_MS);
    if (Math.abs(early_ms) < TOLERANCE_MS || performance.now() < this.#quietUntil_ms) return;
    if (early_ms > 0) this.#holdPicture(early_ms, sound, picture);
    else this.#holdSound(-early_ms, sound, picture);
    const settle_ms = Math.min(MOST_SETTLE_MS, SETTLE_MS + SETTLE_RATE * Math.abs(early_ms));
    this.#quietUntil_ms = performance.now() + settle_ms;
  }

  /**
   * What is left of a difference when only two looks in a row are believed: single lost packets
   * make the estimate jump.
   *
   * @param {number} early_ms
   */
  #lasting(early_ms) {
    const before_ms = this.#early_ms;
    this.#early_ms = early_ms;
    if (before_ms * early_ms <= 0) return 0;
    return Math.abs(before_ms) < Math.abs(early_ms) ? before_ms : early_ms;
  }

  /**
   * First let go of a sound that was made to wait, then make the picture wait.
   *
   * @param {number} by_ms
   * @param {Delays} sound
   * @param {Delays} picture
   */
  #holdPicture(by_ms, sound, picture) {
    const spare_ms = Math.max(0, this.#asked_ms.audio - sound.least);
    this.#ask('audio', spare_ms > by_ms ? this.#asked_ms.audio - by_ms : 0);
    if (spare_ms >= by_ms) return;
    const now_ms = Math.max(this.#asked_ms.video, picture.held - RENDERING_MS);
    this.#ask('video', now_ms + by_ms - spare_ms);
  }

  /**
   * First let go of a picture that was made to wait, then make the sound wait.
   *
   * @param {number} by_ms
   * @param {Delays} sound
   * @param {Delays} picture
   */
  #holdSound(by_ms, sound, picture) {
    const binds = this.#asked_ms.video > picture.held - RENDERING_MS - TOLERANCE_MS;
    const spare_ms = binds ? Math.max(0, this.#asked_ms.video - picture.least) : 0;
    this.#ask('video', spare_ms > by_ms ? this.#asked_ms.video - by_ms : 0);
    if (spare_ms >= by_ms) return;
    const now_ms = Math.max(this.#asked_ms.audio, sound.target);
    this.#ask('audio', Math.min(now_ms + by_ms - spare_ms, picture.least + BEYOND_PICTURE_MS));
  }

  /**
   * @param {'audio' | 'video'} kind
   * @param {number} delay_ms
   */
  #ask(kind, delay_ms) {
    const asked_ms = Math.round(Math.min(MOST_MS, Math.max(0, delay_ms)));
    if (asked_ms === this.#asked_ms[kind]) return;
    this.#asked_ms[kind] = asked_ms;
    this.#receivers[kind].jitterBufferTarget = asked_ms;
  }
}

/**
 * Of picture and sound; one is missing while the browser cannot tell what plays of it.
 *
 * @param {RTCStatsReport} report
 * @param {boolean} timeless whether that need not be known
 */
function flows(report, timeless) {
  /** @type {Record<string, Flow>} */
  const found = {};
  for (const stats of report.values()) {
    if (stats.type !== 'inbound-rtp') continue;
    if (!timeless && !stats.estimatedPlayoutTimestamp) continue;
    found[stats.kind] = {
      playing: stats.estimatedPlayoutTimestamp,
      held: stats.jitterBufferDelay,
      least: stats.jitterBufferMinimumDelay,
      target: stats.jitterBufferTargetDelay,
      count: stats.jitterBufferEmittedCount,
    };
  }
  return found;
}

/**
 * @param {Flow} before
 * @param {Flow} after
 * @returns {Delays}
 */
function delays(before, after) {
  const count = Math.max(1, after.count - before.count);
  const [held, least, target] = /** @type {const} */ (['held', 'least', 'target']).map(
    (name) => 1000 * (after[name] - before[name]) / count);
  return { held, least, target };
}
