/**
 * Bring picture and sound together at once.
 *
 * Both come in step, but a browser buffers sound longer than pictures and then delays the picture
 * by small steps, for half a minute. This reads its own estimate and delays by all of it.
 */

const PERIOD_MS = 400;
/** Smaller differences are within the error of the estimate. */
const TOLERANCE_MS = 10;
const MOST_MS = 400;
/** What follows the estimate: the compositor for a picture, a buffer for a sound that is sent on. */
const SHOWN_MS = 26;
const RELAYED_MS = -65;

export class LipSync {
  #peer;
  #receiver;
  #after_ms;
  #timer = 0;
  #delay_ms = 0;
  /** @type {Record<string, number>} */
  #seen = {};

  /**
   * @param {RTCPeerConnection} peer
   * @param {RTCRtpReceiver} receiver of the picture
   * @param {boolean} [relayed] sent on instead of shown
   */
  constructor(peer, receiver, relayed = false) {
    this.#peer = peer;
    this.#receiver = receiver;
    this.#after_ms = relayed ? RELAYED_MS : SHOWN_MS;
  }

  start() {
    if (!('jitterBufferTarget' in this.#receiver)) return;
    this.#timer = setInterval(() => void this.#correct(), PERIOD_MS);
  }

  stop() {
    clearInterval(this.#timer);
  }

  async #correct() {
    const playing = playoutTimes(await this.#peer.getStats());
    // A stalled track keeps its last time.
    const { audio, video } = this.#seen;
    this.#seen = playing;
    if (audio === playing.audio || video === playing.video) return;
    const early_ms = playing.video - playing.audio - this.#after_ms;
    if (!Number.isFinite(early_ms)) return;
    if (Math.abs(early_ms) < TOLERANCE_MS) return;
    // Half of the way: a change shows in the estimate some frames later.
    this.#delay_ms = Math.min(MOST_MS, Math.max(0, this.#delay_ms + early_ms / 2));
    this.#receiver.jitterBufferTarget = Math.round(this.#delay_ms);
  }
}

/**
 * What the browser believes to be playing, in ms of the server's clock, by kind of media; a kind
 * is missing while the browser cannot tell.
 *
 * @param {RTCStatsReport} report
 */
function playoutTimes(report) {
  /** @type {Record<string, number>} */
  const playing = {};
  for (const stats of report.values()) {
    const stamp = stats.type === 'inbound-rtp' && stats.estimatedPlayoutTimestamp;
    if (stamp) playing[stats.kind] = stamp;
  }
  return playing;
}
