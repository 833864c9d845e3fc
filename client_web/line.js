import { LipSync } from './lip_sync.js';
import { TalkError } from './talk_error.js';
import { orAborted, pause, until } from './waiting.js';

/**
 * One line to the server: a peer connection and the session it belongs to. A line is never
 * repaired; when it is lost, another one is dialled.
 *
 * @typedef {import('./server_api.js').ServerApi} ServerApi
 *
 * @typedef {object} Call
 * @property {ServerApi} api
 * @property {string} avatar id
 * @property {MediaStream} micStream
 * @property {RTCIceServer[]} iceServers
 */

const GATHERING_LIMIT_MS = 1_000;
const CONNECT_LIMIT_MS = 10_000;
/** A lost Wi-Fi beacon heals within this time; a lost network does not. */
const DISCONNECTED_GRACE_MS = 4_000;
const SILENCE_CHECK_MS = 2_000;
const SILENT_CHECKS_LIMIT = 3;

export class Line {
  #api;
  #closed = false;
  #lipSync;
  #silenceTimer = 0;
  #graceTimer = 0;
  /** @type {(reason: string) => void} */
  #lose = () => {};

  /** @param {Call} call */
  constructor(call) {
    this.#api = call.api;
    this.sessionUrl = '';
    this.peer = new RTCPeerConnection({ iceServers: call.iceServers, bundlePolicy: 'max-bundle' });
    const [track] = call.micStream.getAudioTracks();
    const audio = this.peer.addTransceiver(track, {
      direction: 'sendrecv',
      streams: [call.micStream],
    });
    const video = this.peer.addTransceiver('video', { direction: 'recvonly' });
    this.remoteStream = new MediaStream([audio.receiver.track, video.receiver.track]);
    for (const { receiver } of [audio, video]) playAtOnce(receiver);
    this.#lipSync = new LipSync(this.peer, video.receiver);
    /** Resolves with the reason when the line stops carrying media. @type {Promise<string>} */
    this.lost = new Promise((resolve) => {
      this.#lose = resolve;
    });
  }

  /**
   * Negotiate, and return when media can flow.
   *
   * @param {string} avatar id
   * @param {AbortSignal} signal
   */
  async open(avatar, signal) {
    const { peer } = this;
    await peer.setLocalDescription();
    const gathered = until(
      peer, 'icegatheringstatechange', () => peer.iceGatheringState === 'complete');
    await Promise.race([gathered, pause(GATHERING_LIMIT_MS, signal)]);
    const session = await this.#api.open(avatar, peer.localDescription?.sdp ?? '');
    this.sessionUrl = session.url;
    signal.throwIfAborted();
    await peer.setRemoteDescription({ type: 'answer', sdp: session.answer });
    await this.#connected(signal);
    this.#lipSync.start();
    this.#watch();
  }

  /** Hang up and free the place on the server. */
  close() {
    if (this.#closed) return;
    this.#closed = true;
    clearInterval(this.#silenceTimer);
    clearTimeout(this.#graceTimer);
    this.#lipSync.stop();
    this.peer.close();
    if (this.sessionUrl) void this.#api.close(this.sessionUrl);
  }

  /** @param {AbortSignal} signal */
  async #connected(signal) {
    const { peer } = this;
    const settled = until(
      peer, 'connectionstatechange', () => ['connected', 'failed'].includes(peer.connectionState));
    await Promise.race([orAborted(settled, signal), pause(CONNECT_LIMIT_MS, signal)]);
    if (peer.connectionState !== 'connected') {
      throw new TalkError('media-blocked', 'No media gets through. A firewall may block UDP.');
    }
  }

  #watch() {
    const { peer } = this;
    const transport = peer.getSenders()[0]?.transport;
    peer.addEventListener('connectionstatechange', () => this.#judge());
    transport?.addEventListener('statechange', () => {
      if (transport.state !== 'connected') this.#lose(`transport ${transport.state}`);
    });
    let received = -1;
    let silentChecks = 0;
    this.#silenceTimer = setInterval(async () => {
      const now = await packetsReceived(peer);
      silentChecks = now === received ? silentChecks + 1 : 0;
      received = now;
      if (silentChecks >= SILENT_CHECKS_LIMIT) this.#lose('no packets');
    }, SILENCE_CHECK_MS);
  }

  #judge() {
    const state = this.peer.connectionState;
    clearTimeout(this.#graceTimer);
    if (state === 'failed') this.#lose('connection failed');
    if (state === 'disconnected') {
      this.#graceTimer = setTimeout(() => this.#lose('disconnected'), DISCONNECTED_GRACE_MS);
    }
  }
}

/**
 * @param {Call} call
 * @param {AbortSignal} signal
 * @returns {Promise<Line>} an open line
 */
export async function dial(call, signal) {
  const line = new Line(call);
  try {
    await line.open(call.avatar, signal);
    return line;
  } catch (error) {
    line.close();
    throw error;
  }
}

/**
 * Ask for the shortest buffer the network allows. Browsers without the attribute ignore it.
 *
 * @param {RTCRtpReceiver} receiver
 */
function playAtOnce(receiver) {
  if ('jitterBufferTarget' in receiver) receiver.jitterBufferTarget = 0;
}

/** @param {RTCPeerConnection} peer */
async function packetsReceived(peer) {
  let total = 0;
  for (const stats of (await peer.getStats()).values()) {
    if (stats.type === 'inbound-rtp') total += stats.packetsReceived ?? 0;
  }
  return total;
}
