import { VisavisError } from './error.js';
import { Talk } from './talk.js';

/**
 * The avatar in place of a camera: its picture and the voice, equally late, as one stream.
 *
 *     const media = await getAvatarMedia({ avatar: 'nova' });   // instead of getUserMedia(…)
 *     for (const track of media.getTracks()) peer.addTrack(track, media);
 *
 * Stopping every track hangs up. After a reconnection the stream has new tracks: `sendTo` sends
 * whatever is newest.
 */
export class AvatarMedia extends MediaStream {
  /** @param {Talk} talk that is live */
  constructor(talk) {
    super();
    this.talk = talk;
    // Browsers decode a received sound only while something plays it.
    this.player = new Audio();
    this.player.muted = true;
    this.#takeTracks();
    talk.addEventListener('media', () => this.#takeTracks());
  }

  /**
   * Send picture and voice over a peer connection, and go on so after a reconnection.
   *
   * @param {RTCPeerConnection} peer
   */
  sendTo(peer) {
    const senders = this.getTracks().map((track) => peer.addTrack(track, this));
    this.talk.addEventListener('media', () => {
      for (const track of this.getTracks()) {
        const sender = senders.find((one) => one.track?.kind === track.kind);
        void sender?.replaceTrack(track);
      }
    });
  }

  #takeTracks() {
    const fresh = this.talk.remoteStream?.getTracks() ?? [];
    for (const track of this.getTracks()) this.removeTrack(track);
    for (const track of fresh) {
      this.addTrack(track);
      track.stop = () => this.#stop(track);
    }
    this.player.srcObject = this.talk.remoteStream;
    void this.player.play().catch(() => {});
  }

  /** @param {MediaStreamTrack} track */
  #stop(track) {
    MediaStreamTrack.prototype.stop.call(track);
    if (this.getTracks().some(({ readyState }) => readyState === 'live')) return;
    this.player.srcObject = null;
    this.talk.disconnect();
  }
}

/**
 * Ask for the microphone, call an avatar, and give what it shows and says. For use where an app
 * calls `navigator.mediaDevices.getUserMedia`.
 *
 * @param {import('./talk.js').TalkOptions} options
 * @returns {Promise<AvatarMedia>} rejects with a VisavisError
 */
export async function getAvatarMedia(options) {
  // Finite, so that a first call that fails says so at once.
  const talk = new Talk({ attempts: 10_000, relayed: true, ...options });
  await talk.connect();
  if (talk.state !== 'live') throw talk.error ?? new VisavisError('rejected', 'The call was ended.');
  return new AvatarMedia(talk);
}
