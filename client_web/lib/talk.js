import { VisavisError } from './error.js';
import { askMicrophone, holdMicrophone, VOICE } from './microphone.js';
import { requireWebRtc, Session } from './session.js';

/**
 * @typedef {import('./session.js').SessionOptions & {
 *   audio?: MediaTrackConstraints,
 *   exclusive?: boolean,
 * }} SpeakOptions `audio` constrains the microphone; with `exclusive` only one page of a site speaks
 *
 * @typedef {SpeakOptions & {
 *   avatar: string,
 *   stage?: string,
 *   alpha?: boolean,
 * }} TalkOptions `avatar` is an id, `stage` the name of a stream on which others watch; with `alpha`
 *   the picture comes with its matte: see `AlphaCanvas`
 *
 * @typedef {SpeakOptions & {stream: string}} PublishOptions
 */

/** A session that sends the microphone. Event: "microphone" when `micStream` is set. */
class Speaker extends Session {
  #audio;
  #exclusive;
  #steal = false;

  /**
   * @param {string} path
   * @param {SpeakOptions} options
   * @param {boolean} receives
   */
  constructor(path, { audio = VOICE, exclusive = false, ...options }, receives) {
    super(path, options, receives);
    this.#audio = audio;
    this.#exclusive = exclusive;
  }

  /**
   * @protected
   * @param {AbortSignal} signal
   */
  async prepare(signal) {
    requireWebRtc();
    this.change('asking');
    if (this.#exclusive) await this.#hold(signal);
    this.#take(await askMicrophone(this.#audio), signal);
  }

  /** @param {AbortSignal} signal */
  async #hold(signal) {
    const steal = this.#steal;
    this.#steal = true; // whoever tries again after a refusal means it
    await holdMicrophone(signal, steal, () => {
      this.fail(new VisavisError('mic-taken', 'Another page took the microphone.'));
    });
    this.#steal = false;
  }

  /**
   * @param {MediaStream} stream
   * @param {AbortSignal} signal
   */
  #take(stream, signal) {
    const [track] = stream.getAudioTracks();
    if (signal.aborted) track.stop();
    signal.throwIfAborted();
    this.micStream = stream;
    // stop() by ourselves raises no event: "ended" means unplugged or taken away.
    track.addEventListener('ended', () => {
      if (!signal.aborted) this.fail(new VisavisError('mic-lost', 'The microphone went away.'));
    });
    this.dispatchEvent(new Event('microphone'));
  }
}

/**
 * A conversation through an avatar: the microphone goes up, the avatar saying it comes back.
 *
 *     const talk = new Talk({ avatar: 'nova' });
 *     talk.addEventListener('media', () => { video.srcObject = talk.remoteStream; });
 *     button.onclick = () => talk.connect();
 */
export class Talk extends Speaker {
  /** @param {TalkOptions} options */
  constructor({ avatar, stage, alpha = false, ...options }) {
    const query = new URLSearchParams({
      ...(stage && { stage }),
      ...(alpha && { alpha: 'stacked' }),
      ...(options.relayed && { reports: 'off' }),
    });
    super(`/api/talk/${encodeURIComponent(avatar)}${query.size ? `?${query}` : ''}`, options, true);
  }

  /** @protected */
  get keepsPlace() {
    return true;
  }

  /**
   * Ask the avatar for a gesture. It begins within a few seconds; a newer one takes its place.
   *
   * @param {string} name one of the avatar's `gestures`
   * @returns {Promise<boolean>} false while no line is open, or when the server refused
   */
  gesture(name) {
    return this.ask(`gestures/${encodeURIComponent(name)}`);
  }
}

/** Speak into a stream that others watch (WHIP). Nothing comes back. */
export class Publish extends Speaker {
  /** @param {PublishOptions} options */
  constructor({ stream, ...options }) {
    super(`/whip/${encodeURIComponent(stream)}`, options, false);
  }
}
