"""Someone who speaks to a stage by WHIP: a clip as a microphone, in real time, over loopback."""

import asyncio
import contextlib
import threading
import urllib.request
from collections.abc import Iterator
from fractions import Fraction

import numpy as np
from aiortc import MediaStreamTrack, RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from av.audio.frame import AudioFrame
from numpy.typing import NDArray

from visavis.transports.aiortc_patches import use_addresses

_RATE = 48_000
_PTIME = 960


class _Clip(MediaStreamTrack):
    kind = "audio"

    def __init__(self, samples: NDArray[np.floating]) -> None:
        super().__init__()
        self._pcm = np.rint(np.clip(samples, -1, 1) * 32_767).astype(np.int16)
        self._sent = 0
        self._begun_s = 0.0

    async def recv(self) -> AudioFrame:
        loop = asyncio.get_running_loop()
        self._begun_s = self._begun_s or loop.time()
        await asyncio.sleep(max(0.0, self._begun_s + self._sent / _RATE - loop.time()))
        part = self._pcm[self._sent : self._sent + _PTIME]
        part = np.pad(part, (0, _PTIME - len(part)))
        frame = AudioFrame.from_ndarray(np.repeat(part, 2)[None], format="s16", layout="stereo")
        frame.sample_rate, frame.pts = _RATE, self._sent
        frame.time_base = Fraction(1, _RATE)
        self._sent += _PTIME
        return frame


@contextlib.contextmanager
def publishing(url: str, samples: NDArray[np.floating]) -> Iterator[None]:
    """Publish to `url`, such as http://127.0.0.1:8080/whip/main, until left; then silence ends."""
    use_addresses(["127.0.0.1"])
    over, begun = threading.Event(), threading.Event()
    thread = threading.Thread(target=lambda: asyncio.run(_publish(url, samples, begun, over)))
    thread.start()
    try:
        if not begun.wait(20):
            raise RuntimeError(f"{url} does not take a publisher")
        yield
    finally:
        over.set()
        thread.join()


async def _publish(
    url: str, samples: NDArray[np.floating], begun: threading.Event, over: threading.Event
) -> None:
    peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    peer.addTransceiver(_Clip(samples), "sendonly")
    await peer.setLocalDescription(await peer.createOffer())
    answer = await asyncio.to_thread(_post, url, peer.localDescription.sdp)
    await peer.setRemoteDescription(RTCSessionDescription(answer, "answer"))
    while peer.connectionState != "connected":  # noqa: ASYNC110
        await asyncio.sleep(0.05)
    begun.set()
    await asyncio.to_thread(over.wait)
    await peer.close()


def _post(url: str, offer: str) -> str:
    request = urllib.request.Request(  # noqa: S310
        url, offer.encode(), {"Content-Type": "application/sdp"}, method="POST"
    )
    with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310
        return str(answer.read().decode())
