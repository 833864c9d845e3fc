import { requireWebRtc, Session } from './session.js';

/**
 * Watch a stream that somebody speaks into (WHEP).
 *
 *     const watch = new Watch({ stream: 'main' });
 *     watch.addEventListener('media', () => { video.srcObject = watch.remoteStream; });
 *     watch.connect();
 *
 * Waits for ever, for a stream that is not on air yet and for a server that restarts.
 *
 * @typedef {import('./session.js').SessionOptions & {
 *   stream: string,
 *   alpha?: boolean,
 * }} WatchOptions with `alpha`, the picture comes with its matte below: see `AlphaCanvas`
 */
export class Watch extends Session {
  /** @param {WatchOptions} options */
  constructor({ stream, alpha = false, ...options }) {
    const path = `/whep/${encodeURIComponent(stream)}${alpha ? '?alpha=stacked' : ''}`;
    super(path, { attempts: Infinity, ...options });
  }

  /** @protected */
  async prepare() {
    requireWebRtc();
  }
}
