"""Packets on their way to one viewer: a short queue that never blocks who fills it."""

import asyncio
from collections import deque

from visavis.media.encoders.coded import Coded


class PacketQueue:
    """Bound: `most` packets. Overflow of a gated queue, which is video: all that waits goes, and
    nothing comes in until a keyframe, since what follows cannot be decoded. Of another: the
    oldest goes. Both counted."""

    def __init__(self, most: int, gated: bool) -> None:
        self.dropped = 0
        self._most = most
        self._gated = gated
        self._shut = gated
        self._packets: deque[Coded] = deque()
        self._waiter: asyncio.Future[None] | None = None

    def put(self, packet: Coded) -> bool:
        """Add a packet at once. False: the queue needs a keyframe to go on."""
        if self._shut and not packet.keyframe:
            return False
        if len(self._packets) >= self._most and not self._make_room(packet):
            return False
        self._shut = False
        self._packets.append(packet)
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)
        return True

    def shut(self) -> None:
        """Let the next keyframe be what comes in next."""
        self._shut = self._gated

    async def get(self) -> Coded:
        """The next packet, in order; waits for it. For one reader."""
        while not self._packets:
            self._waiter = asyncio.get_running_loop().create_future()
            await self._waiter
        return self._packets.popleft()

    def _make_room(self, packet: Coded) -> bool:
        if not self._gated:
            self.dropped += 1
            self._packets.popleft()
            return True
        self.dropped += len(self._packets) + (not packet.keyframe)
        self._packets.clear()
        self._shut = not packet.keyframe
        return packet.keyframe
