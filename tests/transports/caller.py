"""A caller for tests: a real WebRTC peer that speaks a clip and notes what comes back, and when."""

import asyncio
import fractions
from dataclasses import dataclass, field
from typing import Any, Self, cast

import numpy as np
from aiortc import (
    MediaStreamTrack,
    RTCConfiguration,
    RTCPeerConnection,
    RTCRtpReceiver,
    RTCSessionDescription,
    VideoStreamTrack,
)
from aiortc.mediastreams import MediaStreamError
from aiortc.rtp import RtcpSrPacket
from av.audio.frame import AudioFrame
from av.video.frame import VideoFrame
from numpy.typing import NDArray

Float32 = NDArray[np.float32]
PACKET = 960  # samples, 20 ms
NTP_FRACTION = 2**32


class ClipTrack(MediaStreamTrack):
    """Sends a clip [n] at 48 kHz in real time, then silence."""

    kind = "audio"

    def __init__(self, clip: Float32) -> None:
        super().__init__()
        self._pcm = np.rint(clip * 32_767).astype(np.int16)
        self._sent = 0
        self._begun_s: float | None = None

    async def recv(self) -> AudioFrame:
        loop = asyncio.get_running_loop()
        self._begun_s = self._begun_s or loop.time()
        await asyncio.sleep(max(0.0, self._begun_s + self._sent / 48_000 - loop.time()))
        part = np.zeros(PACKET, np.int16)
        rest = self._pcm[self._sent : self._sent + PACKET]
        part[: len(rest)] = rest
        stereo = np.repeat(part, 2)[None]  # aiortc makes stereo of mono 3 dB quieter
        frame = AudioFrame.from_ndarray(stereo, format="s16", layout="stereo")
        frame.sample_rate, frame.pts = 48_000, self._sent
        frame.time_base = fractions.Fraction(1, 48_000)
        self._sent += PACKET
        return frame


@dataclass
class Received:
    """What one track brought: pairs of time in seconds of its own clock, and a measure."""

    rate: int
    marks: list[tuple[int, float]] = field(default_factory=list)  # pts, measure
    reports: list[tuple[int, int]] = field(default_factory=list)  # NTP time, RTP time
    size: tuple[int, int] = (0, 0)  # of the newest picture
    receiver: RTCRtpReceiver | None = None

    def wall_times(self) -> list[tuple[float, float]]:
        """Wall time of presentation by the newest sender report, and the measure."""
        origin = cast("Any", self.receiver)._RTCRtpReceiver__timestamp_mapper._origin
        ntp, rtp = self.reports[-1]
        at = [(origin + pts - rtp) / self.rate for pts, _ in self.marks]
        return [(ntp / NTP_FRACTION + s, m) for s, (_, m) in zip(at, self.marks, strict=True)]


class Caller:
    """Calls, listens and watches. Use as an asynchronous context manager."""

    def __init__(self, clip: Float32) -> None:
        self.peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self._offer_media(clip)
        self.peer.on("track", self._track_came)
        self.sound, self.picture = Received(48_000), Received(90_000)
        self._tasks: list[asyncio.Task[None]] = []

    def _offer_media(self, clip: Float32) -> None:
        self.peer.addTransceiver(ClipTrack(clip), "sendrecv")
        self.peer.addTransceiver("video", "recvonly")

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.hang_up()

    async def hang_up(self) -> None:
        await self.peer.close()
        for transceiver in self.peer.getTransceivers():  # see Peer.close
            await transceiver.stop()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def offer(self) -> str:
        await self.peer.setLocalDescription(await self.peer.createOffer())
        return str(self.peer.localDescription.sdp)

    async def accept(self, answer: str) -> None:
        await self.peer.setRemoteDescription(RTCSessionDescription(answer, "answer"))

    def _track_came(self, track: MediaStreamTrack) -> None:
        received = self.sound if track.kind == "audio" else self.picture
        (receiver,) = (r for r in self.peer.getReceivers() if r.track is track)
        received.receiver = receiver
        _note_reports(receiver, received)
        self._tasks.append(asyncio.create_task(_note_media(track, received)))


class Publisher(Caller):
    """Only speaks, and, like most encoders, sends a picture that nobody asked for."""

    def _offer_media(self, clip: Float32) -> None:
        self.peer.addTransceiver(ClipTrack(clip), "sendonly")
        self.peer.addTransceiver(VideoStreamTrack(), "sendonly")


class Watcher(Caller):
    """Only hears and sees."""

    def __init__(self, *kinds: str) -> None:
        self._kinds = kinds or ("audio", "video")
        super().__init__(np.zeros(0, np.float32))

    def _offer_media(self, clip: Float32) -> None:
        for kind in self._kinds:
            self.peer.addTransceiver(kind, "recvonly")


def _note_reports(receiver: RTCRtpReceiver, received: Received) -> None:
    handle = receiver._handle_rtcp_packet

    async def note(packet: Any) -> None:
        if isinstance(packet, RtcpSrPacket):
            info = packet.sender_info
            received.reports.append((info.ntp_timestamp, info.rtp_timestamp))
        await handle(packet)

    vars(receiver)["_handle_rtcp_packet"] = note


async def _note_media(track: MediaStreamTrack, received: Received) -> None:
    try:
        while True:
            frame = cast("AudioFrame | VideoFrame", await track.recv())
            if isinstance(frame, VideoFrame):
                received.size = (frame.width, frame.height)
                luma = frame.to_ndarray(format="gray")
                received.marks.append((frame.pts or 0, float(luma[100:140, 100:140].mean())))
                continue
            samples = frame.to_ndarray().reshape(-1, frame.layout.nb_channels)[:, 0]
            level = samples.astype(np.float32) / np.float32(32_768)
            for part in range(0, len(level), 240):  # 5 ms
                peak = float(np.abs(level[part : part + 240]).max())
                received.marks.append(((frame.pts or 0) + part, peak))
    except MediaStreamError:
        return
