import { VisavisError } from './error.js';
import { dial } from './line.js';
import { ServerApi } from './server_api.js';
import { backoff_ms, pause } from './waiting.js';

/**
 * @typedef {import('./line.js').Line} Line
 * @typedef {import('./line_stats.js').LiveStats} LiveStats
 *
 * @typedef {'idle' | 'asking' | 'connecting' | 'live' | 'reconnecting' | 'ended' | 'error'} State
 *
 * @typedef {object} Change
 * @property {State} state
 * @property {VisavisError | null} error that ended it, or that the last try met
 * @property {number} attempt to reconnect, counted from 1; 0 in other states
 * @property {number} attempts how many tries there will be; Infinity for ever
 *
 * @typedef {object} SessionOptions
 * @property {string} [server] address of the server, by default the one that served the page
 * @property {string} [token] bearer token
 * @property {RTCIceServer[]} [iceServers]
 * @property {number} [attempts] tries to reconnect; with Infinity a first call that fails counts as
 *   one too
 * @property {boolean} [relayed] picture and sound are sent on, not shown
 */

/**
 * A line that is kept: dialled, watched, and dialled anew when it is lost.
 *
 * Events: "state" (CustomEvent of Change), and "media" when `remoteStream` is set,
 * which happens again after a reconnection.
 */
export class Session extends EventTarget {
  #options;
  /** @type {AbortController | null} aborted by disconnect(); null while no session runs */
  #hangUp = null;
  /** @type {Line | null} */
  #line = null;
  /** @type {import('./line_stats.js').LineStats | null} */
  #lineStats = null;
  /** Address of the lost session that may be taken up again, or empty. */
  #lostUrl = '';

  /**
   * @param {string} path of the endpoint that takes the offer
   * @param {SessionOptions} options
   * @param {boolean} [receives]
   */
  constructor(path, { server, token, iceServers, attempts = 5, relayed = false }, receives = true) {
    super();
    this.api = new ServerApi(server, token);
    const search = /[?].*|$/.exec(path)?.[0] ?? '';
    this.#options = { path, search, iceServers, attempts, receives, relayed };
    /** @type {State} */
    this.state = 'idle';
    /** @type {VisavisError | null} why the state is "error" */
    this.error = null;
    /** @type {MediaStream | null} what is sent */
    this.micStream = null;
    /** @type {MediaStream | null} what came */
    this.remoteStream = null;
  }

  /** Whether the server keeps a lost session. @protected */
  get keepsPlace() {
    return false;
  }

  /** @returns {RTCPeerConnection | null} */
  get peer() {
    return this.#line?.peer ?? null;
  }

  /** Resolves when media flows, or disconnect() came first; a failure is the state "error". */
  async connect() {
    if (this.#hangUp) return;
    const hangUp = new AbortController();
    this.#hangUp = hangUp;
    try {
      await this.prepare(hangUp.signal);
      this.#takeLine(await this.#dial(hangUp.signal, true));
    } catch (error) {
      if (!hangUp.signal.aborted) this.fail(error);
      return;
    }
    void this.#stayConnected(hangUp.signal);
  }

  disconnect() {
    if (!this.#hangUp) return;
    this.#release();
    this.change('ended');
  }

  /** @returns {Promise<LiveStats | null>} null while no line is open */
  async stats() {
    const line = this.#line;
    if (!line) return null;
    const { LineStats } = await import('./line_stats.js');
    const reader = (this.#lineStats ??= new LineStats(line.peer));
    return reader.read(await this.status());
  }

  /** What the server says of it, or null. */
  async status() {
    return this.#line ? this.api.status(this.#line.sessionUrl).catch(() => null) : null;
  }

  /** Let the avatar fall silent; false while no line is open, or when the server refused. */
  interrupt() {
    return this.ask('interrupt');
  }

  /**
   * @protected
   * @param {string} wish see `ServerApi.ask`
   */
  async ask(wish) {
    return this.#line ? this.api.ask(this.#line.sessionUrl, wish) : false;
  }

  /**
   * @protected
   * @param {AbortSignal} _signal
   */
  async prepare(_signal) {}

  /**
   * @param {AbortSignal} signal
   * @param {boolean} first
   * @returns {Promise<Line>}
   */
  async #dial(signal, first) {
    const { receives, relayed, attempts } = this.#options;
    const { api, micStream } = this;
    const tries = first && Number.isFinite(attempts) ? 0 : attempts;
    /** @type {VisavisError | null} */
    let cause = null;
    for (let attempt = first ? 0 : 1; ; attempt += 1) {
      this.change(attempt ? 'reconnecting' : 'connecting', cause, attempt);
      if (attempt) {
        await pause(Math.max((cause?.retryAfter_s ?? 0) * 1000, backoff_ms(attempt)), signal);
      }
      try {
        const iceServers = (this.#options.iceServers ??= await api.iceServers());
        const path = this.#lostUrl || this.#options.path;
        return await dial({ api, path, micStream, receives, relayed, iceServers }, signal);
      } catch (error) {
        if (this.#lostUrl && error instanceof VisavisError && error.code === 'no-avatar') {
          this.#lostUrl = '';
          cause = error;
          continue;
        }
        const again = error instanceof VisavisError && error.transient && attempt < tries;
        if (signal.aborted || !again) throw error;
        cause = error;
      }
    }
  }

  /** @param {AbortSignal} signal */
  async #stayConnected(signal) {
    try {
      while (this.#line) {
        await this.#line.lost;
        if (signal.aborted) return;
        this.#lostUrl = this.keepsPlace ? this.#line.sessionUrl + this.#options.search : '';
        this.#line.close(this.keepsPlace);
        this.#takeLine(await this.#dial(signal, false));
      }
    } catch (error) {
      if (!signal.aborted) this.fail(error);
    }
  }

  /** @param {Line} line */
  #takeLine(line) {
    this.#line = line;
    this.#lineStats = null;
    this.remoteStream = line.remoteStream;
    this.dispatchEvent(new Event('media'));
    this.change('live');
  }

  /**
   * @protected
   * @param {unknown} error
   */
  fail(error) {
    this.#release();
    this.change('error', error instanceof VisavisError ? error
      : new VisavisError('rejected', String(error)));
  }

  #release() {
    this.#hangUp?.abort();
    this.#hangUp = null;
    this.#line?.close();
    this.#line = null;
    this.#lostUrl = '';
    for (const track of this.micStream?.getTracks() ?? []) track.stop();
    this.micStream = null;
    this.remoteStream = null;
  }

  /**
   * @protected
   * @param {State} state
   * @param {VisavisError | null} [error]
   * @param {number} [attempt]
   */
  change(state, error = null, attempt = 0) {
    this.state = state;
    this.error = state === 'error' ? error : null;
    /** @type {Change} */
    const detail = { state, error, attempt, attempts: this.#options.attempts };
    this.dispatchEvent(new CustomEvent('state', { detail }));
  }
}

/** Throws. */
export function requireWebRtc() {
  if (typeof RTCPeerConnection === 'undefined') {
    throw new VisavisError('no-webrtc', 'This browser has no WebRTC. Use a current browser.');
  }
}
