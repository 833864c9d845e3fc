import { responseError, TalkError } from './talk_error.js';

/**
 * The HTTP side of the server: who can be talked to, and the life of one session.
 *
 * @typedef {object} Avatar
 * @property {string} id
 * @property {string} name
 * @property {string} poster URL of a still picture
 * @property {number} width pixels
 * @property {number} height pixels
 * @property {string[]} gestures names of what it can be asked to do
 *
 * @typedef {object} AvatarList
 * @property {Avatar[]} avatars
 * @property {string} default id of the avatar to show first
 *
 * @typedef {object} SessionStatus
 * @property {string} state
 * @property {number} delay_ms from sound arriving at the server to the same sound leaving it
 * @property {number} fps frames per second that leave the server
 * @property {number} late_frames
 * @property {number} fallback_frames frames that showed the resting face for want of time
 * @property {boolean} speaking
 *
 * @typedef {object} Session
 * @property {string} url address of the session; whoever knows it may end the session
 * @property {string} answer SDP
 */

const ANSWER_TIMEOUT_MS = 10_000;

export class ServerApi {
  /**
   * @param {string} base address of the server, empty for the one that served the page
   * @param {string} token bearer token, empty for none
   */
  constructor(base, token) {
    this.base = base;
    this.token = token;
  }

  /** @returns {Promise<AvatarList>} */
  async avatars() {
    const response = await this.#request('/api/avatars', {});
    return response.json();
  }

  /**
   * Open a session. Never aborted once sent: a session nobody knows of could not be closed.
   *
   * @param {string} avatar id
   * @param {string} offer SDP with all candidates
   * @returns {Promise<Session>}
   */
  async open(avatar, offer) {
    const response = await this.#request(`/api/talk/${encodeURIComponent(avatar)}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/sdp' },
      body: offer,
    });
    const location = response.headers.get('Location') ?? '';
    return { url: new URL(location, response.url).href, answer: await response.text() };
  }

  /**
   * @param {string} sessionUrl
   * @returns {Promise<SessionStatus>}
   */
  async status(sessionUrl) {
    const response = await this.#request(sessionUrl, {});
    return response.json();
  }

  /**
   * Ask for a gesture. It begins within a few seconds; a newer request takes its place.
   *
   * @param {string} sessionUrl
   * @param {string} gesture one that the avatar has
   */
  async gesture(sessionUrl, gesture) {
    const path = `${sessionUrl}/gestures/${encodeURIComponent(gesture)}`;
    await this.#request(path, { method: 'POST' });
  }

  /**
   * End a session. A failure is of no consequence: the server ends silent sessions itself.
   *
   * @param {string} sessionUrl
   */
  async close(sessionUrl) {
    try {
      // keepalive lets the request outlive the page that is being closed.
      await this.#request(sessionUrl, { method: 'DELETE', keepalive: true });
    } catch (error) {
      if (!(error instanceof TalkError)) throw error;
    }
  }

  /**
   * @param {string} path
   * @param {RequestInit} init
   * @returns {Promise<Response>} always ok; anything else is thrown as a TalkError
   */
  async #request(path, init) {
    const headers = new Headers(init.headers);
    if (this.token) headers.set('Authorization', `Bearer ${this.token}`);
    const response = await this.#fetch(new URL(path, this.base || location.href), {
      ...init,
      headers,
      cache: 'no-store',
      signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
    });
    if (!response.ok) throw await responseError(response);
    return response;
  }

  /**
   * @param {URL} url
   * @param {RequestInit} init
   */
  async #fetch(url, init) {
    try {
      return await fetch(url, init);
    } catch {
      throw new TalkError('server-gone', 'The server does not answer. Check that it is running.');
    }
  }
}
