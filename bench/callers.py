"""`python -m bench.callers URL COUNT`: callers who come, and of whom every third never hangs up.

Five a second, at most a dozen at once; each waits for the first packet of the picture and leaves in
order, but for every third. Then this process tells how many failed and waits to be killed, which is
how those vanish. Nothing is decoded: what a caller does with the picture is nothing to the server.
"""

import asyncio
import sys

import httpx
from aiortc import RTCConfiguration, RTCPeerConnection, RTCRtpReceiver, RTCSessionDescription
from aiortc.mediastreams import AudioStreamTrack

from visavis.transports import aiortc_patches

_SDP = {"Content-Type": "application/sdp"}
_MEDIA_S = 30.0
_AT_ONCE = 12
_EVERY_S = 0.2  # a talk's stage lives ten seconds on: a faster crowd overloads two cores


class Caller:
    """One who talks (an even number) or watches the stage `news` (an odd one)."""

    def __init__(self, number: int) -> None:
        self.peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self._path = "/whep/news" if number % 2 else "/api/talk/lamp"
        self._seen = asyncio.Event()
        if number % 2:
            self._await("audio", asyncio.Event())
        else:
            voice = self.peer.addTransceiver(AudioStreamTrack(), "sendrecv")
            aiortc_patches.drain(voice.receiver)
        self._await("video", self._seen)
        self._session = ""

    def _await(self, kind: str, seen: asyncio.Event) -> None:
        receiver: RTCRtpReceiver = self.peer.addTransceiver(kind, "recvonly").receiver
        aiortc_patches.tap_sound(receiver, lambda *_: seen.set())

    async def call(self, client: httpx.AsyncClient) -> None:
        """Return when the first packet of the picture is there."""
        await self.peer.setLocalDescription(await self.peer.createOffer())
        offer = self.peer.localDescription.sdp
        answer = await client.post(self._path, content=offer, headers=_SDP)
        answer.raise_for_status()
        self._session = answer.headers["location"]
        await self.peer.setRemoteDescription(RTCSessionDescription(answer.text, "answer"))
        await self._seen.wait()

    async def hang_up(self, client: httpx.AsyncClient) -> None:
        await client.delete(self._session)
        await self.peer.close()


class Crowd:
    """Callers, one after the other or together; who vanishes is kept until the end."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.failed = 0
        self._client = client
        self._free = asyncio.Semaphore(_AT_ONCE)
        self._vanishing: list[Caller] = []

    async def come(self, count: int) -> None:
        async with asyncio.TaskGroup() as tasks:
            for number in range(count):
                await self._free.acquire()
                tasks.create_task(self._visit(number))
                await asyncio.sleep(_EVERY_S)

    async def _visit(self, number: int) -> None:
        caller = Caller(number)
        self._vanishing.append(caller)
        try:
            async with asyncio.timeout(_MEDIA_S):
                await caller.call(self._client)
                if number % 3:
                    await caller.hang_up(self._client)
                    self._vanishing.remove(caller)
        except (TimeoutError, httpx.HTTPError):
            self.failed += 1
        finally:
            self._free.release()


async def _run(url: str, count: int) -> None:
    aiortc_patches.use_addresses(["127.0.0.1"])
    async with httpx.AsyncClient(base_url=url, timeout=_MEDIA_S) as client:
        crowd = Crowd(client)
        await crowd.come(count)
    print(crowd.failed, flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_run(sys.argv[1], int(sys.argv[2])))
