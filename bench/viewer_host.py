"""A process that sends one 720p stream to many viewers, our way or aiortc's, to measure its cost.

Asked by lines of JSON on standard input, answers by lines on standard output.
"""

import argparse
import asyncio
import json
import sys
import threading
import time
from fractions import Fraction
from typing import Any

import numpy as np
import uvloop
from aiortc import (
    MediaStreamTrack,
    RTCConfiguration,
    RTCPeerConnection,
    RTCRtpSender,
    RTCSessionDescription,
)
from av.audio.frame import AudioFrame
from av.video.frame import VideoFrame

from bench.stdio import read_lines
from visavis import avatars
from visavis.core.compositor import Frame, new_frame, planes
from visavis.media.broadcast import Broadcast
from visavis.transports.aiortc_patches import use_addresses
from visavis.transports.viewer import Viewer

WIDTH, HEIGHT, FPS = 1280, 720, 25
_PICTURES = 100


def pictures() -> list[Frame]:
    """Nova at rest, in the middle of a 720p picture."""
    template = avatars.load(avatars.find("nova")).template
    frames = []
    for index in range(_PICTURES):
        frame = new_frame(WIDTH, HEIGHT)
        frame[:] = 128
        source = template.idle(template.index(index))
        for target, plane in zip(planes(frame), planes(source), strict=True):
            top, left = (np.array(target.shape) - plane.shape) // 2
            target[top : top + plane.shape[0], left : left + plane.shape[1]] = plane
        frames.append(frame)
    return frames


class _OwnTrack(MediaStreamTrack):
    """Frames for one viewer, whom aiortc encodes for alone."""

    def __init__(self, kind: str) -> None:
        super().__init__()
        self.kind = kind
        self.queue: asyncio.Queue[AudioFrame | VideoFrame] = asyncio.Queue(8)

    async def recv(self) -> AudioFrame | VideoFrame:
        return await self.queue.get()

    def put(self, frame: AudioFrame | VideoFrame) -> None:
        if not self.queue.full():
            self.queue.put_nowait(frame)


class Host:
    """Answers offers and sends."""

    def __init__(self, ours: bool, codec: str) -> None:
        self._ours = ours
        self._codec = codec
        self._broadcast = Broadcast(WIDTH, HEIGHT)
        self._peers: list[tuple[RTCPeerConnection, Viewer | None]] = []
        self._tracks: list[tuple[_OwnTrack, _OwnTrack]] = []
        self._pictures = pictures()
        self._sound = np.random.default_rng(1).normal(0, 0.1, 1920).astype(np.float32)
        self.ticks: list[float] = []

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        begun, tick = loop.time(), 0
        while True:
            await asyncio.sleep(max(0.0, begun + tick / FPS - loop.time()))
            self.ticks.append(loop.time())
            frame = self._pictures[tick % _PICTURES]
            if self._ours:
                self._broadcast.release(tick, frame, self._sound)
            for video, audio in self._tracks:
                self._put(tick, frame, video, audio)
            tick += 1

    def _put(self, tick: int, frame: Frame, video: _OwnTrack, audio: _OwnTrack) -> None:
        picture = VideoFrame.from_ndarray(frame, format="yuv420p")
        picture.pts, picture.time_base = tick * 3600, Fraction(1, 90_000)
        video.put(picture)
        pcm = np.repeat((self._sound * 32_767).astype(np.int16), 2)
        for part in range(2):
            piece = AudioFrame.from_ndarray(
                pcm[None, part * 1920 : part * 1920 + 1920], format="s16", layout="stereo"
            )
            piece.sample_rate, piece.pts = 48_000, tick * 1920 + part * 960
            piece.time_base = Fraction(1, 48_000)
            audio.put(piece)

    async def answer(self, offer: str) -> str:
        peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        viewer = Viewer() if self._ours else None
        if viewer:
            viewer.watch(self._broadcast)
            tracks: tuple[Any, Any] = (viewer.video, viewer.audio)
        else:
            tracks = (_OwnTrack("video"), _OwnTrack("audio"))
        face, voice = (peer.addTransceiver(track, "sendonly") for track in tracks)
        names = (f"video/{self._codec}", "video/rtx")
        known = RTCRtpSender.getCapabilities("video").codecs
        face.setCodecPreferences([c for c in known if c.mimeType.lower() in names])
        if viewer:
            for transceiver in (face, voice):
                viewer.attach(transceiver.sender)
        await peer.setRemoteDescription(RTCSessionDescription(offer, "offer"))
        await peer.setLocalDescription(await peer.createAnswer())
        self._peers.append((peer, viewer))
        if not viewer:
            self._tracks.append(tracks)
        return str(peer.localDescription.sdp)

    def status(self) -> dict[str, object]:
        lost = [viewer.dropped for _, viewer in self._peers if viewer]
        return {
            "cpu_s": time.process_time(),
            "time_s": time.monotonic(),
            "ticks": len(self.ticks),
            "late_ms": 1000 * float(np.max(np.diff(self.ticks[-250:]), initial=0)),
            "lost": lost,
            "keyframes": self._broadcast.counters.keyframes,
            "threads": threading.active_count(),
        }


async def main(ours: bool, codec: str) -> None:
    use_addresses(["127.0.0.1"])
    host = Host(ours, codec)
    running = asyncio.create_task(host.run())
    async for request in read_lines():
        reply = (
            {"answer": await host.answer(request["offer"])} if "offer" in request else host.status()
        )
        sys.stdout.write(json.dumps(reply) + "\n")
        sys.stdout.flush()
    running.cancel()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--aiortc", action="store_true", help="aiortc encodes for each viewer")
    parser.add_argument("--codec", default="h264")
    arguments = parser.parse_args()
    uvloop.run(main(not arguments.aiortc, arguments.codec))
