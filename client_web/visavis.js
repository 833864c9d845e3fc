/**
 * visavis in the browser: talk through an avatar, watch one, or take one where an app takes a camera.
 *
 *     import { connect } from 'https://talk.example.org/visavis.js';
 *     const server = connect('https://talk.example.org', { token });
 *     const talk = server.talk({ avatar: 'nova' });
 *     talk.addEventListener('media', () => { video.srcObject = talk.remoteStream; });
 *     await talk.connect();
 */

import { getAvatarMedia } from './lib/avatar_media.js';
import { ServerApi } from './lib/server_api.js';
import { Publish, Talk } from './lib/talk.js';
import { Watch } from './lib/watch.js';

export { AlphaCanvas } from './lib/alpha.js';
export { AvatarMedia, getAvatarMedia } from './lib/avatar_media.js';
export { VisavisError } from './lib/error.js';
export { STUDIO, VOICE } from './lib/microphone.js';
export { Session } from './lib/session.js';
export { Publish, ServerApi, Talk, Watch };

/**
 * @typedef {import('./lib/session.js').SessionOptions} SessionOptions
 * @typedef {import('./lib/talk.js').TalkOptions} TalkOptions
 * @typedef {import('./lib/talk.js').PublishOptions} PublishOptions
 * @typedef {import('./lib/watch.js').WatchOptions} WatchOptions
 */

/** One server, and what can be done with it. */
export class Server {
  #common;

  /**
   * @param {string} [server] address, by default the one that served the page
   * @param {SessionOptions} [options] for every session
   */
  constructor(server, options = {}) {
    this.#common = { ...options, server };
  }

  /** Who can be talked to. */
  avatars() {
    return new ServerApi(this.#common.server, this.#common.token).avatars();
  }

  /** @param {TalkOptions} options */
  talk(options) {
    return new Talk({ ...this.#common, ...options });
  }

  /**
   * @param {string} stream
   * @param {Partial<WatchOptions>} [options]
   */
  watch(stream, options) {
    return new Watch({ ...this.#common, ...options, stream });
  }

  /**
   * @param {string} stream
   * @param {Partial<PublishOptions>} [options]
   */
  publish(stream, options) {
    return new Publish({ ...this.#common, ...options, stream });
  }

  /** @param {TalkOptions} options */
  getAvatarMedia(options) {
    return getAvatarMedia({ ...this.#common, ...options });
  }
}

/**
 * @param {string} [server] address, by default the one that served the page
 * @param {SessionOptions} [options] for every session
 */
export function connect(server, options) {
  return new Server(server, options);
}
