import { dial } from './line.js';
import { LineStats } from './line_stats.js';
import { ServerApi } from './server_api.js';
import { microphoneError, TalkError } from './talk_error.js';
import { backoff_ms, pause } from './waiting.js';

export { ServerApi, TalkError };

/**
 * @typedef {import('./line.js').Line} Line
 * @typedef {import('./line_stats.js').TalkStats} TalkStats
 *
 * @typedef {'idle' | 'asking' | 'connecting' | 'live' | 'reconnecting' | 'ended' | 'error'} TalkState
 *
 * @typedef {object} TalkChange
 * @property {TalkState} state
 * @property {TalkError | null} error set in the state "error"
 * @property {number} attempt which try to reconnect this is, counted from 1; 0 in other states
 * @property {number} attempts how many tries there will be
 *
 * @typedef {object} TalkOptions
 * @property {string} avatar id of the avatar
 * @property {string} [server] address of the server, by default the one that served the page
 * @property {string} [token] bearer token
 * @property {MediaTrackConstraints} [audio] constraints for the microphone
 * @property {RTCIceServer[]} [iceServers]
 */

/** A person at a laptop: the browser removes echo and noise. */
export const VOICE = Object.freeze({
  echoCancellation: true, noiseSuppression: true, autoGainControl: true,
});
/** A studio microphone: the sound reaches the avatar untouched. */
export const STUDIO = Object.freeze({
  echoCancellation: false, noiseSuppression: false, autoGainControl: false,
});

const ATTEMPTS = 5;

/**
 * A conversation through an avatar: the microphone goes up, the avatar saying it comes back.
 *
 *     const talk = new Talk({ avatar: 'nova' });
 *     talk.addEventListener('media', () => { video.srcObject = talk.remoteStream; });
 *     button.onclick = () => talk.connect();
 *
 * Uses no DOM. Events: "state" (CustomEvent of TalkChange), "microphone" when `micStream` is set,
 * "media" when `remoteStream` is set, which happens again after a reconnection.
 */
export class Talk extends EventTarget {
  #options;
  #api;
  /** @type {AbortController | null} aborted by disconnect(); null while no conversation runs */
  #hangUp = null;
  /** @type {Line | null} */
  #line = null;
  /** @type {LineStats | null} */
  #lineStats = null;

  /** @param {TalkOptions} options */
  constructor(options) {
    super();
    this.#options = { audio: VOICE, iceServers: [], ...options };
    this.#api = new ServerApi(options.server ?? '', options.token ?? '');
    /** @type {TalkState} */
    this.state = 'idle';
    /** @type {TalkError | null} why the state is "error" */
    this.error = null;
    /** @type {MediaStream | null} */
    this.micStream = null;
    /** @type {MediaStream | null} */
    this.remoteStream = null;
  }

  /** @returns {RTCPeerConnection | null} */
  get peer() {
    return this.#line?.peer ?? null;
  }

  /**
   * Ask for the microphone and call the avatar. Resolves when media flows, or when disconnect()
   * came first. Throws nothing: a failure is the state "error".
   */
  async connect() {
    if (this.#hangUp) return;
    const hangUp = new AbortController();
    this.#hangUp = hangUp;
    try {
      this.#change('asking');
      this.#takeMicrophone(await askMicrophone(this.#options.audio), hangUp.signal);
      this.#change('connecting');
      this.#takeLine(await this.#dial(hangUp.signal));
    } catch (error) {
      if (!hangUp.signal.aborted) this.#fail(error);
      return;
    }
    void this.#stayConnected(hangUp.signal);
  }

  /** End the conversation, at whatever point it is. */
  disconnect() {
    if (!this.#hangUp) return;
    this.#release();
    this.#change('ended');
  }

  /** @returns {Promise<TalkStats | null>} null while no line is open */
  async stats() {
    const line = this.#line;
    const reader = this.#lineStats;
    if (!line || !reader) return null;
    return reader.read(await this.#api.status(line.sessionUrl).catch(() => null));
  }

  /**
   * Ask the avatar for a gesture. It begins within a few seconds; a newer one takes its place.
   *
   * @param {string} name one of the avatar's `gestures`
   * @returns {Promise<boolean>} false while no line is open, or when the server refused
   */
  async gesture(name) {
    const line = this.#line;
    if (!line) return false;
    try {
      await this.#api.gesture(line.sessionUrl, name);
      return true;
    } catch (error) {
      if (!(error instanceof TalkError)) throw error;
      return false;
    }
  }

  /** @param {AbortSignal} signal */
  #dial(signal) {
    const { avatar, iceServers } = this.#options;
    const micStream = /** @type {MediaStream} */ (this.micStream);
    return dial({ api: this.#api, avatar, micStream, iceServers }, signal);
  }

  /** @param {AbortSignal} signal */
  async #stayConnected(signal) {
    try {
      while (this.#line) {
        await this.#line.lost;
        if (signal.aborted) return;
        this.#line.close();
        this.#takeLine(await this.#redial(signal));
      }
    } catch (error) {
      if (!signal.aborted) this.#fail(error);
    }
  }

  /**
   * @param {AbortSignal} signal
   * @returns {Promise<Line>}
   */
  async #redial(signal) {
    let wait_ms = 0;
    for (let attempt = 1; ; attempt += 1) {
      this.#change('reconnecting', attempt);
      await pause(Math.max(wait_ms, backoff_ms(attempt)), signal);
      try {
        return await this.#dial(signal);
      } catch (error) {
        const again = error instanceof TalkError && error.transient && attempt < ATTEMPTS;
        if (!again) throw error;
        wait_ms = error.retryAfter_s * 1000;
      }
    }
  }

  /**
   * @param {MediaStream} stream
   * @param {AbortSignal} signal
   */
  #takeMicrophone(stream, signal) {
    const [track] = stream.getAudioTracks();
    if (signal.aborted) track.stop();
    signal.throwIfAborted();
    this.micStream = stream;
    // stop() by ourselves raises no event: "ended" means unplugged or taken away.
    track.addEventListener('ended', () => {
      if (!signal.aborted) this.#fail(new TalkError('mic-lost', 'The microphone went away.'));
    });
    this.dispatchEvent(new Event('microphone'));
  }

  /** @param {Line} line */
  #takeLine(line) {
    this.#line = line;
    this.#lineStats = new LineStats(line.peer);
    this.remoteStream = line.remoteStream;
    this.dispatchEvent(new Event('media'));
    this.#change('live');
  }

  /** @param {unknown} error */
  #fail(error) {
    this.#release();
    this.error = error instanceof TalkError ? error : new TalkError('rejected', String(error));
    this.#change('error');
  }

  #release() {
    this.#hangUp?.abort();
    this.#hangUp = null;
    this.#line?.close();
    this.#line = null;
    this.#lineStats = null;
    for (const track of this.micStream?.getTracks() ?? []) track.stop();
    this.micStream = null;
    this.remoteStream = null;
  }

  /**
   * @param {TalkState} state
   * @param {number} [attempt]
   */
  #change(state, attempt = 0) {
    this.state = state;
    if (state !== 'error') this.error = null;
    /** @type {TalkChange} */
    const detail = { state, error: this.error, attempt, attempts: ATTEMPTS };
    this.dispatchEvent(new CustomEvent('state', { detail }));
  }
}

/**
 * @param {MediaTrackConstraints} audio
 * @returns {Promise<MediaStream>}
 */
async function askMicrophone(audio) {
  if (!navigator.mediaDevices) {
    throw new TalkError('insecure', 'Open this page by https or on localhost.');
  }
  if (typeof RTCPeerConnection === 'undefined') {
    throw new TalkError('no-webrtc', 'This browser has no WebRTC. Use a current browser.');
  }
  try {
    return await navigator.mediaDevices.getUserMedia({ audio });
  } catch (error) {
    throw microphoneError(error);
  }
}
