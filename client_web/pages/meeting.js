import { LipSync } from '../lib/lip_sync.js';
import { orAborted, pause, until } from '../lib/waiting.js';

/**
 * Two browsers find each other over a mailbox on the server: the guest leaves an offer, the host
 * answers it. Picture and sound then go directly between the two.
 *
 * @typedef {import('../lib/avatar_media.js').AvatarMedia} AvatarMedia
 */

const POLL_MS = 1_000;
const GATHERING_LIMIT_MS = 1_000;
const ANSWER_LIMIT_MS = 15_000;

export class Meeting extends EventTarget {
  #url;
  #token;
  #media;
  #iceServers;
  /** @type {LipSync | null} */
  #lipSync = null;
  /** @type {RTCPeerConnection | null} */
  peer = null;

  /**
   * Events: "stream" when the other person's `remoteStream` is there, "left" when it is gone.
   *
   * @param {string} room
   * @param {string} token
   * @param {AvatarMedia} media
   * @param {RTCIceServer[]} iceServers
   */
  constructor(room, token, media, iceServers) {
    super();
    this.#url = `/api/meet/${encodeURIComponent(room)}`;
    this.#token = token;
    this.#media = media;
    this.#iceServers = iceServers;
    /** @type {MediaStream | null} */
    this.remoteStream = null;
  }

  /**
   * Answer whoever comes, until `signal` is aborted.
   *
   * @param {AbortSignal} signal
   */
  async host(signal) {
    for (;;) {
      const offer = await this.#take('offer');
      if (offer) {
        const peer = this.#connect(signal);
        await peer.setRemoteDescription({ type: 'offer', sdp: offer });
        await this.#put('answer', await gathered(peer, signal));
      }
      await pause(POLL_MS, signal);
    }
  }

  /**
   * Call the host, again whenever the line is lost, until `signal` is aborted.
   *
   * @param {AbortSignal} signal
   */
  async join(signal) {
    for (;;) {
      const peer = this.#connect(signal);
      await this.#put('offer', await gathered(peer, signal));
      const answer = await this.#awaitAnswer(signal);
      if (!answer) continue;
      await peer.setRemoteDescription({ type: 'answer', sdp: answer });
      const over = () => ['failed', 'disconnected', 'closed'].includes(peer.connectionState);
      await orAborted(until(peer, 'connectionstatechange', over), signal);
    }
  }

  /** @param {AbortSignal} signal */
  #connect(signal) {
    this.peer?.close();
    const peer = new RTCPeerConnection({ iceServers: this.#iceServers });
    this.peer = peer;
    this.#media.sendTo(peer);
    peer.addEventListener('track', ({ track, streams: [stream] }) => {
      if (track.kind === 'video') this.#keepTogether(peer, signal);
      if (this.remoteStream === stream) return;
      this.remoteStream = stream;
      this.dispatchEvent(new Event('stream'));
    });
    peer.addEventListener('connectionstatechange', () => {
      if (!['failed', 'disconnected'].includes(peer.connectionState) || peer !== this.peer) return;
      this.remoteStream = null;
      this.dispatchEvent(new Event('left'));
    });
    signal.addEventListener('abort', () => peer.close(), { once: true });
    return peer;
  }

  /**
   * Bring picture and sound together at once; left alone, a browser takes half a minute.
   *
   * @param {RTCPeerConnection} peer
   * @param {AbortSignal} signal
   */
  #keepTogether(peer, signal) {
    this.#lipSync?.stop();
    this.#lipSync = new LipSync(peer);
    this.#lipSync.start();
    signal.addEventListener('abort', () => this.#lipSync?.stop(), { once: true });
  }

  /** @param {AbortSignal} signal */
  async #awaitAnswer(signal) {
    for (let waited_ms = 0; waited_ms < ANSWER_LIMIT_MS; waited_ms += POLL_MS) {
      await pause(POLL_MS, signal);
      const answer = await this.#take('answer');
      if (answer) return answer;
    }
    return '';
  }

  /** @param {'offer' | 'answer'} slot */
  async #take(slot) {
    const response = await this.#request(slot, {});
    return response?.status === 200 ? response.text() : '';
  }

  /**
   * @param {'offer' | 'answer'} slot
   * @param {string} body
   */
  async #put(slot, body) {
    await this.#request(slot, { method: 'PUT', body, headers: { 'Content-Type': 'application/sdp' } });
  }

  /**
   * @param {string} slot
   * @param {RequestInit} init
   * @returns {Promise<Response | null>} null while the server is away: the next round asks again
   */
  async #request(slot, init) {
    const headers = new Headers(init.headers);
    if (this.#token) headers.set('Authorization', `Bearer ${this.#token}`);
    return fetch(`${this.#url}/${slot}`, { ...init, headers, cache: 'no-store' }).catch(() => null);
  }
}

/**
 * @param {RTCPeerConnection} peer
 * @param {AbortSignal} signal
 * @returns {Promise<string>} its description, candidates included
 */
async function gathered(peer, signal) {
  await peer.setLocalDescription();
  const complete = until(
    peer, 'icegatheringstatechange', () => peer.iceGatheringState === 'complete');
  await Promise.race([complete, pause(GATHERING_LIMIT_MS, signal)]);
  return peer.localDescription?.sdp ?? '';
}
