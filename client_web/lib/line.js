import { VisavisError } from './error.js';
import { orAborted, pause, until } from './waiting.js';

/**
 * A peer connection and the session it belongs to. A line is never repaired; when it is lost,
 * another one is dialled.
 *
 * @typedef {object} Call
 * @property {import('./server_api.js').ServerApi} api
 * @property {string} path of the endpoint that takes the offer
 * @property {MediaStream | null} micStream what is sent
 * @property {boolean} receives whether picture and sound come back
 * @property {boolean} relayed see `LipSync` in lip_sync.js
 * @property {RTCIceServer[]} iceServers
 */

const GATHERING_LIMIT_MS = 300;
const CONNECT_LIMIT_MS = 10_000;
/** A lost Wi-Fi beacon heals within this time; a lost network does not. */
const DISCONNECTED_GRACE_MS = 2_000;
const SILENCE_CHECK_MS = 1_000;
/** Pictures never pause, so two seconds without a packet are a loss. */
const SILENT_CHECKS_LIMIT = 2;

export class Line {
  #call;
  #closed = false;
  /** @type {import('./lip_sync.js').LipSync | null} */
  #lipSync = null;
  #silenceTimer = 0;
  #graceTimer = 0;
  /** @type {(reason: string) => void} */
  #lose = () => {};

  /** @param {Call} call */
  constructor(call) {
    this.#call = call;
    this.sessionUrl = '';
    this.remoteStream = new MediaStream();
    this.peer = new RTCPeerConnection({ iceServers: call.iceServers, bundlePolicy: 'max-bundle' });
    this.#addTracks();
    /** Resolves with the reason when the line stops carrying media. @type {Promise<string>} */
    this.lost = new Promise((resolve) => {
      this.#lose = resolve;
    });
  }

  /** @param {AbortSignal} signal returns when media can flow */
  async open(signal) {
    const { peer } = this;
    const { api, path, iceServers } = this.#call;
    await peer.setLocalDescription();
    // Without a server to ask, the other side finds this one by the checks that it gets.
    if (iceServers.length) {
      const gathered = until(
        peer, 'icegatheringstatechange', () => peer.iceGatheringState === 'complete');
      await Promise.race([gathered, pause(GATHERING_LIMIT_MS, signal)]);
    }
    const place = await api.open(path, peer.localDescription?.sdp ?? '');
    this.sessionUrl = place.url;
    signal.throwIfAborted();
    await peer.setRemoteDescription({ type: 'answer', sdp: place.answer });
    await this.#connected(signal);
    if (this.#call.receives) void this.#keepInStep();
    this.#watch();
  }

  /**
   * Hang up.
   *
   * @param {boolean} [keep] the place on the server, for another line
   */
  close(keep = false) {
    if (this.#closed) return;
    this.#closed = true;
    clearInterval(this.#silenceTimer);
    clearTimeout(this.#graceTimer);
    this.#lipSync?.stop();
    this.peer.close();
    if (this.sessionUrl && !keep) void this.#call.api.close(this.sessionUrl);
  }

  #addTracks() {
    const { micStream, receives } = this.#call;
    const audio = this.peer.addTransceiver(micStream?.getAudioTracks()[0] ?? 'audio', {
      direction: !micStream ? 'recvonly' : receives ? 'sendrecv' : 'sendonly',
      streams: micStream ? [micStream] : [],
    });
    if (!receives) return;
    const video = this.peer.addTransceiver('video', { direction: 'recvonly' });
    for (const { receiver } of [audio, video]) {
      this.remoteStream.addTrack(receiver.track);
      // Ask for the shortest buffer the network allows, where the browser knows of it.
      if ('jitterBufferTarget' in receiver) receiver.jitterBufferTarget = 0;
    }
  }

  /** Loaded when there is something to keep together: the first picture does not wait for it. */
  async #keepInStep() {
    const { LipSync } = await import('./lip_sync.js');
    if (this.#closed) return;
    this.#lipSync = new LipSync(this.peer, this.#call.relayed);
    this.#lipSync.start();
  }

  /** @param {AbortSignal} signal */
  async #connected(signal) {
    const { peer } = this;
    const settled = until(
      peer, 'connectionstatechange', () => ['connected', 'failed'].includes(peer.connectionState));
    await Promise.race([orAborted(settled, signal), pause(CONNECT_LIMIT_MS, signal)]);
    if (peer.connectionState !== 'connected') {
      throw new VisavisError('media-blocked', 'No media gets through. A firewall may block UDP.');
    }
  }

  #watch() {
    const { peer } = this;
    const transport = (peer.getSenders()[0] ?? peer.getReceivers()[0])?.transport;
    peer.addEventListener('connectionstatechange', () => this.#judge());
    transport?.addEventListener('statechange', () => {
      if (transport.state !== 'connected') this.#lose(`transport ${transport.state}`);
    });
    if (!this.#call.receives) return;
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
    await line.open(signal);
    return line;
  } catch (error) {
    line.close();
    throw error;
  }
}

/** @param {RTCPeerConnection} peer */
async function packetsReceived(peer) {
  let total = 0;
  for (const stats of (await peer.getStats()).values()) {
    if (stats.type === 'inbound-rtp') total += stats.packetsReceived ?? 0;
  }
  return total;
}
