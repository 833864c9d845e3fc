/**
 * Bring picture and sound together at once.
 *
 * Both leave the server in step, but a browser buffers sound longer than pictures and then delays
 * the picture by small steps, for half a minute. Its own estimate of what it plays is there from
 * the first sender reports on; this reads it and delays the picture by the whole difference.
 */

const PERIOD_MS = 400;
/** Smaller differences are within the error of the estimate. */
const TOLERANCE_MS = 10;
const MOST_MS = 400;
/** The estimate ends where the page's compositor takes over, which shows a picture a refresh later. */
const COMPOSITOR_MS = 14;

export class LipSync {
  #peer;
  #receiver;
  #timer = 0;
  #delay_ms = 0;

  /**
   * @param {RTCPeerConnection} peer
   * @param {RTCRtpReceiver} receiver of the picture
   */
  constructor(peer, receiver) {
    this.#peer = peer;
    this.#receiver = receiver;
  }

  start() {
    if (!('jitterBufferTarget' in this.#receiver)) return;
    this.#timer = setInterval(() => void this.#correct(), PERIOD_MS);
  }

  stop() {
    clearInterval(this.#timer);
  }

  async #correct() {
    const playing_ms = pictureEarly_ms(await this.#peer.getStats());
    if (playing_ms === null) return;
    const early_ms = playing_ms - COMPOSITOR_MS;
    if (Math.abs(early_ms) < TOLERANCE_MS) return;
    // Half of the way: a changed delay shows in the estimate only some frames later.
    this.#delay_ms = Math.min(MOST_MS, Math.max(0, this.#delay_ms + early_ms / 2));
    this.#receiver.jitterBufferTarget = Math.round(this.#delay_ms);
  }
}

/**
 * How far the picture runs before the sound, in ms; null while the browser cannot tell.
 *
 * @param {RTCStatsReport} report
 */
function pictureEarly_ms(report) {
  /** @type {Record<string, number>} */
  const playing = {};
  for (const stats of report.values()) {
    const stamp = stats.type === 'inbound-rtp' && stats.estimatedPlayoutTimestamp;
    if (stamp) playing[stats.kind] = stamp;
  }
  const early_ms = playing.video - playing.audio;
  return Number.isFinite(early_ms) ? early_ms : null;
}
