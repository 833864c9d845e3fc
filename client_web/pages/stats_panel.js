/**
 * @typedef {import('../lib/line_stats.js').LiveStats} LiveStats
 * @typedef {import('../lib/session.js').Session} Session
 * @typedef {import('../lib/stage.js').Stage} Stage
 */

const PERIOD_MS = 1_000;
const UNKNOWN = '–';
/**
 * Label of each line, by its name, in two groups: what arrives, and where the time goes.
 *
 * @type {Record<string, string>[]}
 */
const GROUPS = [
  { fps: 'Shown', resolution: 'Picture', codec: 'Codec', bitrate: 'Received', lost: 'Packets lost',
    skew: 'Picture − sound' },
  { server: 'Server', rtt: 'Round trip', buffer: 'Receive buffer', playout: 'Playout',
    frames: 'Server frames' },
];

/** The numbers behind the picture, once a second while the panel is open. */
export class StatsPanel {
  #panel;
  #button;
  #stage;
  #session;
  #timer = 0;
  #shown = { frames: 0, time_ms: 0 };

  /**
   * @param {HTMLElement} panel empty
   * @param {HTMLButtonElement} button
   * @param {Stage} stage
   * @param {() => Session | null} session
   */
  constructor(panel, button, stage, session) {
    this.#panel = panel;
    this.#button = button;
    this.#stage = stage;
    this.#session = session;
    panel.append(line('p', 'latency', 'big'), what(), ...GROUPS.map(list));
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
    const stats = (await this.#session()?.stats()) ?? null;
    /** @type {Record<string, string>} */
    const lines = stats ? describe(stats, fps) : { latency: 'Not live' };
    for (const cell of this.#panel.querySelectorAll('[data-stat]')) {
      const name = /** @type {HTMLElement} */ (cell).dataset.stat ?? '';
      cell.textContent = lines[name] ?? UNKNOWN;
    }
    this.#showStages(stats?.server?.stages_ms ?? {});
  }

  /** @param {Record<string, number>} stages */
  #showStages(stages) {
    for (const row of this.#panel.querySelectorAll('.stage-row')) row.remove();
    const server = this.#panel.querySelector('[data-stat="server"]')?.parentElement;
    const rows = Object.entries(stages).map(([name, ms]) => {
      const row = pair(name.replaceAll('_', ' '), '');
      row.className = 'stage-row';
      row.children[1].textContent = `${Math.round(ms)} ms`;
      return row;
    });
    server?.after(...rows);
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

/** @param {Record<string, string>} labels */
function list(labels) {
  const dl = document.createElement('dl');
  dl.append(...Object.entries(labels).map(([name, label]) => pair(label, name)));
  return dl;
}

/**
 * @param {string} label
 * @param {string} name
 */
function pair(label, name) {
  const div = document.createElement('div');
  const dt = document.createElement('dt');
  dt.textContent = label;
  div.append(dt, line('dd', name));
  return div;
}

/**
 * @param {string} tag
 * @param {string} name
 * @param {string} [className]
 */
function line(tag, name, className = '') {
  const cell = document.createElement(tag);
  cell.className = className;
  if (name) cell.dataset.stat = name;
  cell.textContent = UNKNOWN;
  return cell;
}

function what() {
  const text = line('p', '', 'what');
  text.textContent = 'from the speaker’s mouth to your ear';
  return text;
}

/**
 * @param {LiveStats} stats
 * @param {number} shownFps
 * @returns {Record<string, string>}
 */
function describe(stats, shownFps) {
  const { server, latency_ms, skew_ms } = stats;
  return {
    latency: latency_ms === null ? UNKNOWN : `about ${Math.round(latency_ms / 10) * 10} ms`,
    fps: `${(shownFps || stats.fps).toFixed(1)} fps`,
    resolution: stats.width ? `${stats.width} × ${stats.height}` : UNKNOWN,
    codec: stats.codec || UNKNOWN,
    bitrate: stats.bitrate_kbps ? `${Math.round(stats.bitrate_kbps)} kb/s` : UNKNOWN,
    lost: String(stats.packetsLost),
    skew: skew_ms === null ? UNKNOWN : `${skew_ms > 0 ? '+' : ''}${Math.round(skew_ms)} ms`,
    rtt: `${Math.round(stats.rtt_ms)} ms`,
    buffer: `${Math.round(stats.buffer_ms)} ms`,
    playout: `${Math.round(stats.playout_ms)} ms`,
    server: server ? `${Math.round(server.delay_ms)} ms` : UNKNOWN,
    frames: server ? `${server.late_frames} late, ${server.fallback_frames} held` : UNKNOWN,
  };
}
