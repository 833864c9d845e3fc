"""`python -m bench.callers URL COUNT`: callers who come, and of whom every third never hangs up.

They call at once, wait for media, and leave in order but for every third; then this process says
so and waits to be killed, which is how those vanish.
"""

import asyncio
import sys

import httpx
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import AudioStreamTrack, MediaStreamTrack

from visavis.transports import aiortc_patches

_SDP = {"Content-Type": "application/sdp"}
_MEDIA_S = 60.0


class Caller:
    """One who talks (an even number) or watches the stage `news` (an odd one)."""

    def __init__(self, number: int) -> None:
        self.peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self._path = "/whep/news" if number % 2 else "/api/talk/lamp"
        if number % 2:
            self.peer.addTransceiver("audio", "recvonly")
        else:
            self.peer.addTransceiver(AudioStreamTrack(), "sendrecv")
        self.peer.addTransceiver("video", "recvonly")
        self.session = ""
        self._seen = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self.peer.on("track", self._track_came)

    async def call(self, client: httpx.AsyncClient) -> None:
        """Return when the first picture is there."""
        await self.peer.setLocalDescription(await self.peer.createOffer())
        offer = self.peer.localDescription.sdp
        answer = await client.post(self._path, content=offer, headers=_SDP)
        answer.raise_for_status()
        self.session = answer.headers["location"]
        await self.peer.setRemoteDescription(RTCSessionDescription(answer.text, "answer"))
        async with asyncio.timeout(_MEDIA_S):
            await self._seen.wait()

    async def hang_up(self, client: httpx.AsyncClient) -> None:
        await client.delete(self.session)
        await self.peer.close()
        for task in self._tasks:
            task.cancel()

    def _track_came(self, track: MediaStreamTrack) -> None:
        self._tasks.append(asyncio.create_task(self._receive(track)))

    async def _receive(self, track: MediaStreamTrack) -> None:
        while True:
            await track.recv()
            if track.kind == "video":
                self._seen.set()


async def _run(url: str, count: int) -> None:
    aiortc_patches.use_addresses(["127.0.0.1"])
    callers = [Caller(number) for number in range(count)]
    async with httpx.AsyncClient(base_url=url, timeout=60.0) as client:
        await asyncio.gather(*(caller.call(client) for caller in callers))
        orderly = [caller for number, caller in enumerate(callers) if number % 3]
        await asyncio.gather(*(caller.hang_up(client) for caller in orderly))
    print("done", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_run(sys.argv[1], int(sys.argv[2])))
