"""One peer connection: it answers one offer, with sound to hear, tracks to show, or both."""

import asyncio
import logging
from collections.abc import Callable, Sequence

from aiortc import (
    RTCConfiguration,
    RTCIceServer,
    RTCPeerConnection,
    RTCRtpCodecCapability,
    RTCRtpSender,
    RTCRtpTransceiver,
    RTCSessionDescription,
)
from aiortc.sdp import candidate_from_sdp

from visavis.core.candidates import keep_usable, usable
from visavis.core.signaling import (
    MAX_CANDIDATES,
    MediaSection,
    ask_for_clear_voice,
    check_publish,
    check_talk,
    check_watch,
    require_fingerprints,
)
from visavis.core.trickle import Fragment
from visavis.errors import OfferError, ServerFullError, UnsupportedOfferError
from visavis.media.ingest import Ingest
from visavis.transports.aiortc_patches import (
    drain,
    keep_sha256,
    let_go,
    receive_nothing,
    remote_ufrag,
    wait_for_hello,
)
from visavis.transports.listening import listen_to
from visavis.transports.viewer import Viewer

_log = logging.getLogger(__name__)


class Peer:
    """Answers one offer. `connected` and `closed` tell what became of it."""

    def __init__(
        self,
        ingest: Ingest | None,
        tracks: Viewer | None,
        ice_servers: Sequence[RTCIceServer],
        caller: str = "127.0.0.1",
    ) -> None:
        """With an `ingest` the offer must send a voice, with `tracks` it must receive a picture or
        sound. `caller` is the address that the offer came from."""
        # Without an explicit list aiortc asks a public STUN server.
        self._peer = RTCPeerConnection(RTCConfiguration(iceServers=list(ice_servers)))
        self.ingest = ingest
        self.tracks = tracks
        self._caller = caller
        self._candidates = 0
        self._closing: asyncio.Task[None] | None = None
        self.connected = asyncio.Event()
        self.closed = asyncio.Event()
        self._peer.on("connectionstatechange", self._state_changed)

    async def answer(self, offer: str) -> str:
        """The SDP answer, all candidates included. A peer that cannot answer is closed.

        Raises `OfferError` or `UnsupportedOfferError`.
        """
        sections = self._check()(offer)
        require_fingerprints(offer)
        self._candidates = offer.count("a=candidate:")
        try:
            return await self._answer(sections, keep_usable(offer, self._caller))
        except BaseException:
            await asyncio.shield(self.close())
            raise

    def _check(self) -> Callable[[str], list[MediaSection]]:
        if self.ingest and self.tracks:
            return check_talk
        return check_publish if self.ingest else check_watch

    async def _answer(self, sections: list[MediaSection], offer: str) -> str:
        own = [self._transceiver(section.kind) for section in sections]
        try:
            await self._peer.setRemoteDescription(RTCSessionDescription(offer, "offer"))
            self._require_own_transceivers(*own)
            wait_for_hello(self._peer)
            await self._peer.setLocalDescription(await self._peer.createAnswer())
        except OfferError:
            raise
        except Exception as error:  # aiortc asserts and unpacks its way through hostile SDP
            reason = str(error).split("\n")[0][:200] or type(error).__name__
            raise OfferError(f"The SDP offer cannot be answered: {reason}.") from error
        answer = keep_sha256(self._peer.localDescription.sdp)
        if "a=candidate:" not in answer:
            raise ServerFullError("There is no UDP port free for media; try again in a while.")
        return ask_for_clear_voice(answer) if self.ingest else answer

    def _transceiver(self, kind: str) -> RTCRtpTransceiver:
        return self._add_voice() if kind == "audio" else self._add_face()

    def _add_voice(self) -> RTCRtpTransceiver:
        if self.tracks:
            direction = "sendrecv" if self.ingest else "sendonly"
            voice = self._peer.addTransceiver(self.tracks.audio, direction)
            self.tracks.attach(voice.sender)
        else:
            voice = self._peer.addTransceiver("audio", "recvonly")
        voice.setCodecPreferences(_codecs("audio", "audio/opus"))
        if self.ingest:
            listen_to(voice.receiver, self.ingest)
        return voice

    def _add_face(self) -> RTCRtpTransceiver:
        if not self.tracks:
            unseen = self._peer.addTransceiver("video", "recvonly")
            drain(unseen.receiver)
            return unseen
        face = self._peer.addTransceiver(self.tracks.video, "sendonly")
        # The first that both know is sent; H.264 costs everyone less, VP8 is known to all.
        face.setCodecPreferences(_codecs("video", "video/h264", "video/vp8", "video/rtx"))
        self.tracks.attach(face.sender)
        receive_nothing(face.receiver)
        return face

    async def trickle(self, fragment: Fragment) -> None:
        """Take candidates that came after the offer; unusable ones are dropped without a word.

        Raises `UnsupportedOfferError` for an ICE restart, `OfferError` for too many candidates.
        """
        ufrag = remote_ufrag(self._peer)
        if fragment.ufrag is not None and fragment.ufrag != ufrag:
            raise UnsupportedOfferError("ICE restart is not done here; send a new offer instead.")
        self._candidates += len(fragment.candidates)
        if self._candidates > MAX_CANDIDATES:
            raise OfferError(f"There are too many candidates; send at most {MAX_CANDIDATES}.")
        first_mid = self._peer.getTransceivers()[0].mid
        for mid, line in fragment.candidates:
            if usable(line, self._caller):
                candidate = candidate_from_sdp(line)
                candidate.sdpMid = mid or first_mid
                await self._peer.addIceCandidate(candidate)

    async def close(self) -> None:
        """Hang up and wait until nothing of the peer runs any more. Who is cancelled while he waits
        cancels the wait only: a connection that is closed by half would stay for ever."""
        if self._closing is None:
            self._closing = asyncio.create_task(self._hang_up())
        await asyncio.shield(self._closing)

    async def _hang_up(self) -> None:
        if self.tracks:
            self.tracks.stop()
        try:
            await self._peer.close()
            # What aiortc was just about to start when it was closed it has started since.
            for transceiver in self._peer.getTransceivers():
                await transceiver.stop()
            let_go(self._peer)
        except Exception:  # aiortc cannot close what it only half set up
            _log.warning("a peer did not close cleanly", exc_info=True)
        finally:
            self.closed.set()

    def _require_own_transceivers(self, *own: RTCRtpTransceiver) -> None:
        if set(self._peer.getTransceivers()) != set(own) or self._peer.sctp is not None:
            raise UnsupportedOfferError("The offer has a track that the avatar has no use for.")

    async def _state_changed(self) -> None:
        state = self._peer.connectionState
        if state == "connected":
            self.connected.set()
        elif state in ("failed", "closed"):
            self.closed.set()


def _codecs(kind: str, *mime_types: str) -> list[RTCRtpCodecCapability]:
    """The library's codecs of these types, in this order."""
    codecs = RTCRtpSender.getCapabilities(kind).codecs
    return [codec for name in mime_types for codec in codecs if codec.mimeType.lower() == name]
