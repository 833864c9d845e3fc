import { SHOWN_MS } from './lip_sync.js';

/**
 * Turn the browser's running totals into the numbers of the last second.
 *
 * @typedef {import('./server_api.js').SessionStatus} SessionStatus
 *
 * @typedef {object} LiveStats
 * @property {number} fps frames decoded per second
 * @property {number} width pixels
 * @property {number} height pixels
 * @property {string} codec of video and audio, for example "VP8 + opus"
 * @property {number} bitrate_kbps received, audio and video together
 * @property {number} packetsLost since the line was opened
 * @property {number} rtt_ms to the server and back
 * @property {number} buffer_ms wait in the receive buffers
 * @property {number} playout_ms wait in the sound device
 * @property {number | null} skew_ms picture late (+) or early (-) against the sound, as the browser
 *   believes; null while it cannot tell
 * @property {number | null} latency_ms estimate from mouth to ear; null while unknown
 * @property {SessionStatus | null} server what the server says of itself
 *
 * @typedef {object} Totals
 * @property {number} time_ms
 * @property {number} bytes
 * @property {number} frames
 * @property {Record<string, Ratio>} buffer by kind of media
 * @property {Ratio} playout
 *
 * @typedef {{sum_s: number, count: number}} Ratio seconds summed over `count` samples or frames
 */

export class LineStats {
  #peer;
  /** @type {Totals | null} */
  #before = null;

  /** @param {RTCPeerConnection} peer */
  constructor(peer) {
    this.#peer = peer;
  }

  /**
   * Numbers since the previous call, or since the line was opened.
   *
   * @param {SessionStatus | null} server
   * @returns {Promise<LiveStats>}
   */
  async read(server) {
    const report = [...(await this.#peer.getStats()).values()];
    const now = totals(report);
    const before = this.#before ?? { ...now, time_ms: 0, bytes: 0, frames: 0 };
    const elapsed_s = Math.max(0.001, (now.time_ms - before.time_ms) / 1000);
    const first = this.#before === null;
    const buffer_ms = Math.max(
      ...Object.keys(now.buffer).map((kind) => mean_ms(now.buffer[kind], before.buffer[kind])), 0);
    const playout_ms = mean_ms(now.playout, before.playout);
    this.#before = now;
    const video = report.find((s) => s.type === 'inbound-rtp' && s.kind === 'video') ?? {};
    const rtt_ms = roundTrip_ms(report);
    return {
      fps: first ? (video.framesPerSecond ?? 0) : (now.frames - before.frames) / elapsed_s,
      width: video.frameWidth ?? 0,
      height: video.frameHeight ?? 0,
      codec: codecs(report),
      bitrate_kbps: first ? 0 : ((now.bytes - before.bytes) * 8) / 1000 / elapsed_s,
      packetsLost: sum(report, 'packetsLost'),
      rtt_ms,
      buffer_ms,
      playout_ms,
      skew_ms: skew_ms(report),
      latency_ms: server ? server.delay_ms + rtt_ms + buffer_ms + playout_ms : null,
      server,
    };
  }
}

/**
 * @param {any[]} report
 * @returns {Totals}
 */
function totals(report) {
  /** @type {Totals} */
  const result = {
    time_ms: 0,
    bytes: sum(report, 'bytesReceived'),
    frames: sum(report, 'framesDecoded'),
    buffer: {},
    playout: { sum_s: 0, count: 0 },
  };
  for (const stats of report) {
    if (stats.type === 'inbound-rtp') {
      result.time_ms = stats.timestamp;
      result.buffer[stats.kind] = {
        sum_s: stats.jitterBufferDelay ?? 0,
        count: stats.jitterBufferEmittedCount ?? 0,
      };
    }
    if (stats.type === 'media-playout') {
      result.playout = {
        sum_s: stats.totalPlayoutDelay ?? 0,
        count: stats.totalSamplesCount ?? 0,
      };
    }
  }
  return result;
}

/**
 * @param {any[]} report
 * @param {string} field
 * @returns {number} over all received streams
 */
function sum(report, field) {
  const received = report.filter((stats) => stats.type === 'inbound-rtp');
  return received.reduce((total, stats) => total + (stats[field] ?? 0), 0);
}

/**
 * @param {Ratio} now
 * @param {Ratio} [before]
 * @returns {number} mean wait of what came since `before`, of everything when nothing came
 */
function mean_ms(now, before) {
  const fresh = now.count - (before?.count ?? 0);
  if (before && fresh > 0) return ((now.sum_s - before.sum_s) / fresh) * 1000;
  return now.count > 0 ? (now.sum_s / now.count) * 1000 : 0;
}

/** @param {any[]} report */
function roundTrip_ms(report) {
  const pairs = report.filter((s) => s.type === 'candidate-pair' && s.state === 'succeeded');
  const pair = pairs.find((s) => s.nominated) ?? pairs[0];
  return (pair?.currentRoundTripTime ?? 0) * 1000;
}

/** @param {any[]} report */
function codecs(report) {
  const names = ['video', 'audio'].map((kind) => {
    const stream = report.find((s) => s.type === 'inbound-rtp' && s.kind === kind);
    const codec = report.find((s) => s.type === 'codec' && s.id === stream?.codecId);
    return codec?.mimeType.split('/')[1];
  });
  return names.filter(Boolean).join(' + ');
}

/** @param {any[]} report */
function skew_ms(report) {
  const [sound, picture] = ['audio', 'video'].map((kind) => report.find(
    (stats) => stats.type === 'inbound-rtp' && stats.kind === kind)?.estimatedPlayoutTimestamp);
  return sound && picture ? sound - picture + SHOWN_MS : null;
}
