"""What a viewer's real peer gets: packets encoded once, in step, mended on request."""

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator, Callable
from typing import Any

import numpy as np
import pytest
from aiortc import RTCConfiguration, RTCPeerConnection, RTCRtpSender, RTCSessionDescription
from numpy.typing import NDArray
from tests.transports.caller import Caller

from visavis.core.bitrate import LEAST
from visavis.core.compositor import Frame, new_frame, planes
from visavis.media.broadcast import Broadcast
from visavis.media.encoders.coded import VideoCodec
from visavis.transports.viewer import Viewer

Float32 = NDArray[np.float32]
SILENCE = np.zeros(0, np.float32)
PERIOD = 10  # ticks between two flashes
pytestmark = pytest.mark.usefixtures("loopback")


def picture(tick: int) -> Frame:
    """White for two ticks of ten, else dark."""
    frame = new_frame(320, 240)
    frame[:] = 128
    planes(frame)[0][:] = 235 if tick % PERIOD < 2 else 30
    return frame


def sound(tick: int) -> Float32:
    """A tone while the picture is white."""
    time = np.arange(1920) / 48_000
    tone = 0.5 * np.sin(2 * np.pi * 1000 * time) * (tick % PERIOD < 2)
    return tone.astype(np.float32)


@contextlib.asynccontextmanager
async def on_air(broadcast: Broadcast) -> AsyncIterator[None]:
    """Release flashes and tones, 25 a second at most."""

    async def release() -> None:
        for tick in itertools.count():
            broadcast.release(tick, picture(tick), sound(tick))
            await asyncio.sleep(0.04)  # and no burst after a while without a processor

    running = asyncio.create_task(release())
    try:
        yield
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await broadcast.close()


class Sender:
    """Our end of a call: it answers with a viewer's tracks."""

    def __init__(self, broadcast: Broadcast, codec: VideoCodec) -> None:
        self.viewer = viewer = Viewer()
        self.peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        viewer.watch(broadcast)
        voice = self.peer.addTransceiver(viewer.audio, "sendrecv")
        self.face = self.peer.addTransceiver(viewer.video, "sendonly")
        known = RTCRtpSender.getCapabilities("video").codecs
        wanted = (f"video/{codec}", "video/rtx")
        self.face.setCodecPreferences([c for c in known if c.mimeType.lower() in wanted])
        for transceiver in (voice, self.face):
            viewer.attach(transceiver.sender)

    async def answer(self, caller: Caller) -> None:
        offer = RTCSessionDescription(await caller.offer(), "offer")
        await self.peer.setRemoteDescription(offer)
        await self.peer.setLocalDescription(await self.peer.createAnswer())
        await caller.accept(self.peer.localDescription.sdp)

    async def close(self) -> None:
        self.viewer.stop()
        await self.peer.close()
        for transceiver in self.peer.getTransceivers():
            await transceiver.stop()


@contextlib.asynccontextmanager
async def watching(broadcast: Broadcast, codec: VideoCodec) -> AsyncIterator[tuple[Caller, Sender]]:
    async with Caller(SILENCE) as caller:
        sender = Sender(broadcast, codec)
        try:
            await sender.answer(caller)
            yield caller, sender
        finally:
            await sender.close()


async def until(done: Callable[[], object]) -> None:
    """Wait for what has no event; pytest's own limit ends the wait."""
    while not done():  # noqa: ASYNC110
        await asyncio.sleep(0.02)


def rises(marks: list[tuple[float, float]], threshold: float) -> list[float]:
    """When a measure first exceeds a threshold after a quiet spell."""
    on = [time for time, level in sorted(marks) if level > threshold]
    return [t for n, t in enumerate(on) if n == 0 or t - on[n - 1] > 0.15]


@pytest.mark.parametrize("codec", ["h264", "vp8"])
async def test_flash_and_tone_of_one_tick_have_one_wall_time(codec: VideoCodec) -> None:
    broadcast = Broadcast(320, 240)
    async with on_air(broadcast), watching(broadcast, codec) as (caller, _):
        heard = (caller.sound.reports, caller.picture.reports)
        await until(lambda: len(caller.picture.marks) > 30 and min(map(len, heard)) > 0)
    tones = rises(caller.sound.wall_times(), 0.2)
    flashes = rises(caller.picture.wall_times(), 128)
    gaps = [min(abs(flash - tone) for tone in tones) for flash in flashes[1:]]
    assert gaps
    assert np.median(gaps) < 0.012  # Opus comes 6.5 ms after its time stamp


async def test_everyone_shares_one_encoder_per_codec() -> None:
    broadcast = Broadcast(320, 240)
    async with (
        on_air(broadcast),
        watching(broadcast, "h264") as (first, _),
        watching(broadcast, "h264") as (second, _),
        watching(broadcast, "vp8") as (third, _),
    ):
        callers = (first, second, third)
        await until(lambda: all(len(caller.picture.marks) > 5 for caller in callers))
        assert broadcast.viewers == 3
        assert sorted(r.codec for r in broadcast._renditions.values()) == ["h264", "vp8"]
    assert broadcast.viewers == 0
    assert not broadcast._renditions


async def test_a_lost_picture_is_mended_by_one_keyframe_for_all() -> None:
    broadcast = Broadcast(320, 240)
    async with on_air(broadcast), watching(broadcast, "h264") as (caller, _):
        await until(lambda: len(caller.picture.marks) > 5)
        before = broadcast.counters.keyframes
        receiver: Any = caller.picture.receiver
        (ssrc,) = receiver._RTCRtpReceiver__remote_streams
        for _ in range(50):
            await receiver._send_rtcp_pli(ssrc)
        await until(lambda: broadcast.counters.keyframes > before)
        await asyncio.sleep(0.3)
        assert broadcast.counters.keyframes <= before + 2  # one a second


async def test_an_estimate_reaches_the_encoder() -> None:
    broadcast = Broadcast(320, 240)
    async with on_air(broadcast), watching(broadcast, "h264") as (caller, sender):
        await until(lambda: len(caller.picture.marks) > 5)
        stand_in: Any = vars(sender.face.sender)["_RTCRtpSender__encoder"]
        (rendition,) = broadcast._renditions.values()
        stand_in.target_bitrate = 1000  # below whatever is sent
        await until(lambda: rendition.bit_rate == LEAST)


async def test_what_is_lost_is_sent_again(monkeypatch: pytest.MonkeyPatch) -> None:
    broadcast = Broadcast(320, 240)
    async with on_air(broadcast), watching(broadcast, "vp8") as (caller, sender):
        await until(lambda: len(caller.picture.marks) > 5)
        path: Any = vars(sender.face.sender)["_retransmit"].__self__
        put = path._put
        lost: list[bytes] = []

        async def lossy(packet: bytes) -> None:
            if len(lost) < 5 and path._sequence % 4 == 0:
                lost.append(packet)
                return
            await put(packet)

        monkeypatch.setattr(path, "_put", lossy)
        count = len(caller.picture.marks)
        await until(lambda: len(lost) == 5 and len(caller.picture.marks) > count + 25)
        receiver: Any = caller.picture.receiver
        origin = receiver._RTCRtpReceiver__timestamp_mapper._origin
        stamps = {int.from_bytes(packet[4:8], "big") for packet in lost}  # RFC 3550, 5.1
        assert {(stamp - origin) % (1 << 32) for stamp in stamps} <= {
            pts for pts, _ in caller.picture.marks
        }
