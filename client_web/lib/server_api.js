import { responseError, VisavisError } from './error.js';

/**
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
 * @property {number} delay_ms from sound arriving at the server to the same sound leaving it
 * @property {Record<string, number>} [stages_ms] what the delay is made of
 * @property {number} fps frames per second that leave the server
 * @property {number} late_frames
 * @property {number} fallback_frames that showed a resting face for want of time
 * @property {boolean} speaking
 * @property {string} [caption] what is being said, if its text is known
 *
 * @typedef {object} Place
 * @property {string} url address of the session; whoever knows it may end the session
 * @property {string} answer SDP
 */

const ANSWER_TIMEOUT_MS = 10_000;

export class ServerApi {
  /**
   * @param {string} [base] address of the server, empty for the one that served the page
   * @param {string} [token] bearer token, empty for none
   */
  constructor(base = '', token = '') {
    this.base = base;
    this.token = token;
  }

  /** @returns {Promise<AvatarList>} with absolute poster addresses */
  async avatars() {
    const list = await (await this.#request('/api/avatars')).json();
    for (const avatar of list.avatars) avatar.poster = this.url(avatar.poster).href;
    return list;
  }

  /** @returns {Promise<RTCIceServer[]>} what helps through firewalls, as the server names it */
  async iceServers() {
    try {
      return (await (await this.#request('/api/ice')).json()).iceServers;
    } catch (error) {
      if (error instanceof VisavisError && error.code === 'no-avatar') return [];
      throw error;
    }
  }

  /**
   * @param {string} path
   * @returns {URL} on the server
   */
  url(path) {
    return new URL(path, this.base || location.href);
  }

  /**
   * Never aborted once sent: a session that nobody knows of could not be closed.
   *
   * @param {string} path of the endpoint that takes the offer
   * @param {string} offer SDP with all candidates
   * @returns {Promise<Place>}
   */
  async open(path, offer) {
    const response = await this.#request(path, {
      method: 'POST', headers: { 'Content-Type': 'application/sdp' }, body: offer,
    });
    const location = response.headers.get('Location') ?? '';
    return { url: new URL(location, response.url).href, answer: await response.text() };
  }

  /**
   * @param {string} sessionUrl
   * @returns {Promise<SessionStatus>}
   */
  async status(sessionUrl) {
    return (await this.#request(sessionUrl)).json();
  }

  /**
   * @param {string} sessionUrl
   * @param {string} wish "interrupt", or "gestures/" and the name of one that the avatar has
   * @returns {Promise<boolean>} false when the server refused
   */
  async ask(sessionUrl, wish) {
    return this.#request(`${sessionUrl}/${wish}`, { method: 'POST' }).then(() => true, refused);
  }

  /** @param {string} sessionUrl that ends; without an answer it ends by itself */
  async close(sessionUrl) {
    // keepalive lets the request outlive the page that is being closed.
    await this.#request(sessionUrl, { method: 'DELETE', keepalive: true }).catch(refused);
  }

  /**
   * @param {string} path
   * @param {RequestInit} [init]
   * @returns {Promise<Response>} ok, or it throws a VisavisError
   */
  async #request(path, init = {}) {
    const headers = new Headers(init.headers);
    if (this.token) headers.set('Authorization', `Bearer ${this.token}`);
    const signal = AbortSignal.timeout(ANSWER_TIMEOUT_MS);
    /** @type {Response} */
    let response;
    try {
      response = await fetch(this.url(path), { ...init, headers, signal, cache: 'no-store' });
    } catch {
      throw new VisavisError('server-gone', 'The server does not answer. Check that it is running.');
    }
    if (!response.ok) throw await responseError(response);
    return response;
  }
}

/** @param {unknown} error */
function refused(error) {
  if (!(error instanceof VisavisError)) throw error;
  return false;
}
