/**
 * @typedef {import('./visavis.js').TalkStats} TalkStats
 * @typedef {import('./visavis.js').Talk} Talk
 * @typedef {import('./stage.js').Stage} Stage
 */

const PERIOD_MS = 1_000;
const UNKNOWN = '–';

/** The numbers behind the picture, once a second while the panel is open. */
export class StatsPanel {
  #panel;
  #button;
  #stage;
  #talk;
  #timer = 0;
  #shown = { frames: 0, time_ms: 0 };

  /**
   * @param {HTMLElement} panel holds one element with data-stat for each number
   * @param {HTMLButtonElement} button
   * @param {Stage} stage
   * @param {() => Talk | null} talk
   */
  constructor(panel, button, stage, talk) {
    this.#panel = panel;
    this.#button = button;
    this.#stage = stage;
    this.#talk = talk;
    button.addEventListener('click', () => this.toggle());
  }

  toggle() {
    const open = this.#panel.hidden;
    this.#panel.hidden = !open;
    this.#button.setAttribute('aria-pressed', String(open));
    clearInterval(this.#timer);
    if (!open) return;
    this.#presentedFps(performance.now());
    this.#panel.scrollIntoView({ block: 'nearest' });
    void this.#refresh();
    this.#timer = setInterval(() => void this.#refresh(), PERIOD_MS);
  }

  async #refresh() {
    const fps = this.#presentedFps(performance.now());
    const stats = (await this.#talk()?.stats()) ?? null;
    /** @type {Record<string, string>} */
    const lines = stats ? describe(stats, fps) : { latency: 'Not live' };
    for (const cell of this.#panel.querySelectorAll('[data-stat]')) {
      const name = /** @type {HTMLElement} */ (cell).dataset.stat ?? '';
      cell.textContent = lines[name] ?? UNKNOWN;
    }
  }

  /**
   * @param {number} now_ms
   * @returns {number} frames shown per second since the last call
   */
  #presentedFps(now_ms) {
    const frames = this.#stage.presentedFrames;
    const fps = ((frames - this.#shown.frames) * 1000) / Math.max(1, now_ms - this.#shown.time_ms);
    this.#shown = { frames, time_ms: now_ms };
    return fps;
  }
}

/**
 * @param {TalkStats} stats
 * @param {number} shownFps
 * @returns {Record<string, string>}
 */
function describe(stats, shownFps) {
  const { server, latency_ms } = stats;
  return {
    latency: latency_ms === null ? UNKNOWN : `about ${Math.round(latency_ms / 10) * 10} ms`,
    fps: `${(shownFps || stats.fps).toFixed(1)} fps`,
    resolution: stats.width ? `${stats.width} × ${stats.height}` : UNKNOWN,
    codec: stats.codec || UNKNOWN,
    bitrate: stats.bitrate_kbps ? `${Math.round(stats.bitrate_kbps)} kb/s` : UNKNOWN,
    lost: String(stats.packetsLost),
    rtt: `${Math.round(stats.rtt_ms)} ms`,
    buffer: `${Math.round(stats.buffer_ms)} ms`,
    playout: `${Math.round(stats.playout_ms)} ms`,
    server: server ? `${Math.round(server.delay_ms)} ms` : UNKNOWN,
    frames: server ? `${server.late_frames} late, ${server.fallback_frames} held` : UNKNOWN,
  };
}
