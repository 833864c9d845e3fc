"""One browser's peer connection: its microphone into an ingest, the avatar's tracks back."""

import asyncio
import logging
from collections.abc import Sequence
from typing import cast

import numpy as np
from aiortc import (
    MediaStreamTrack,
    RTCConfiguration,
    RTCIceServer,
    RTCPeerConnection,
    RTCRtpCodecCapability,
    RTCRtpSender,
    RTCRtpTransceiver,
    RTCSessionDescription,
)
from aiortc.mediastreams import MediaStreamError
from av.audio.frame import AudioFrame
from numpy.typing import NDArray

from visavis.core.pcm import Resampler, to_mono
from visavis.core.signaling import ask_for_clear_voice, check_offer
from visavis.core.timeline import OUTPUT_RATE, VIDEO_CLOCK
from visavis.errors import OfferError, UnsupportedOfferError
from visavis.media.ingest import Ingest
from visavis.transports.aiortc_patches import keep_sha256, shorten_prefetch, stamp_reports
from visavis.transports.tracks import TalkTracks

_log = logging.getLogger(__name__)


class TalkPeer:
    """Answers one offer. `connected` and `closed` tell what became of it."""

    def __init__(self, ingest: Ingest, tracks: TalkTracks, ice_servers: Sequence[RTCIceServer]):
        # Without an explicit list aiortc asks a public STUN server.
        self._peer = RTCPeerConnection(RTCConfiguration(iceServers=list(ice_servers)))
        self._ingest = ingest
        self._tracks = tracks
        self._listening: asyncio.Task[None] | None = None
        self.connected = asyncio.Event()
        self.closed = asyncio.Event()
        self._peer.on("connectionstatechange", self._state_changed)
        self._peer.on("track", self._track_came)

    async def answer(self, offer: str) -> str:
        """The SDP answer, all candidates included.

        Raises `OfferError` or `UnsupportedOfferError`; then the peer is to be closed.
        """
        check_offer(offer)
        voice = self._peer.addTransceiver(self._tracks.audio, "sendrecv")
        face = self._peer.addTransceiver(self._tracks.video, "sendonly")
        voice.setCodecPreferences(_codecs("audio", "audio/opus"))
        # VP8 means BT.601, which the frames are in.
        face.setCodecPreferences(_codecs("video", "video/vp8", "video/rtx"))
        for transceiver, rate in ((voice, OUTPUT_RATE), (face, VIDEO_CLOCK)):
            stamp_reports(transceiver.sender, rate, self._tracks.epoch)
        shorten_prefetch(voice.receiver)
        try:
            await self._peer.setRemoteDescription(RTCSessionDescription(offer, "offer"))
            self._require_own_transceivers(voice, face)
            await self._peer.setLocalDescription(await self._peer.createAnswer())
        except OfferError:
            raise
        except Exception as error:  # aiortc asserts and unpacks its way through hostile SDP
            reason = str(error).split("\n")[0][:200] or type(error).__name__
            raise OfferError(f"The SDP offer cannot be answered: {reason}.") from error
        return ask_for_clear_voice(keep_sha256(self._peer.localDescription.sdp))

    async def close(self) -> None:
        """Hang up and wait until nothing of the peer runs any more."""
        self._tracks.stop()
        try:
            await self._peer.close()
            # What aiortc was just about to start when it was closed it has started since.
            for transceiver in self._peer.getTransceivers():
                await transceiver.stop()
        except Exception:  # aiortc cannot close what it only half set up
            _log.warning("a peer did not close cleanly", exc_info=True)
        finally:
            if self._listening:
                self._listening.cancel()
                await asyncio.gather(self._listening, return_exceptions=True)
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

    def _track_came(self, track: MediaStreamTrack) -> None:
        if track.kind == "audio":
            self._listening = asyncio.create_task(self._listen(track))

    async def _listen(self, track: MediaStreamTrack) -> None:
        """Move the microphone's sound into the ingest until the track ends."""
        resampler: Resampler | None = None
        try:
            while True:
                frame = cast("AudioFrame", await track.recv())
                resampler = resampler or Resampler(frame.sample_rate, OUTPUT_RATE)
                self._ingest.push(resampler.push(_mono(frame)))
        except MediaStreamError:
            _log.debug("the microphone track has ended")
        except Exception:  # a deaf avatar helps nobody: end the session instead
            _log.exception("the microphone cannot be read")
            self.closed.set()


def _mono(frame: AudioFrame) -> NDArray[np.float32]:
    table = frame.to_ndarray().reshape(-1, frame.layout.nb_channels)
    return to_mono(table)


def _codecs(kind: str, *mime_types: str) -> list[RTCRtpCodecCapability]:
    codecs = RTCRtpSender.getCapabilities(kind).codecs
    return [codec for codec in codecs if codec.mimeType.lower() in mime_types]
