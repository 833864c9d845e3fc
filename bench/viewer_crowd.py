"""A process of viewers that count what they get and decode nothing.

{"join": n} → {"offers": [...]}; {"answers": [...]} → {"connected": n}; {} → counts since the last.
"""

import asyncio
import json
import sys
from dataclasses import dataclass, field
from typing import Any

import uvloop
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.jitterbuffer import JitterBuffer, JitterFrame
from aiortc.rtp import RtpPacket

from bench.stdio import read_lines
from visavis.transports.aiortc_patches import use_addresses


@dataclass
class Counts:
    """What one track of one viewer got."""

    frames: int = 0
    packets: int = 0
    missing: int = 0
    newest: int | None = field(default=None, repr=False)


class _Counting(JitterBuffer):
    """Counts packets and swallows them."""

    def __init__(self, counts: Counts) -> None:
        super().__init__(capacity=1)
        self._counts = counts

    def add(self, packet: RtpPacket) -> tuple[bool, JitterFrame | None]:
        counts, number = self._counts, packet.sequence_number
        counts.packets += 1
        counts.frames += packet.marker
        if counts.newest is not None:
            counts.missing += (number - counts.newest - 1) % (1 << 16)
        counts.newest = number
        return False, None


class Crowd:
    """Peers that offer to receive."""

    def __init__(self) -> None:
        self._peers: list[RTCPeerConnection] = []
        self._waiting: list[RTCPeerConnection] = []
        self._counts: list[Counts] = []

    async def join(self, count: int) -> list[str]:
        self._waiting = [RTCPeerConnection(RTCConfiguration(iceServers=[])) for _ in range(count)]
        offers = []
        for peer in self._waiting:
            for kind in ("video", "audio"):
                counts = Counts()
                receiver = peer.addTransceiver(kind, "recvonly").receiver
                vars(receiver)["_RTCRtpReceiver__jitter_buffer"] = _Counting(counts)
                if kind == "video":
                    self._counts.append(counts)
            await peer.setLocalDescription(await peer.createOffer())
            offers.append(str(peer.localDescription.sdp))
        return offers

    async def answered(self, answers: list[str]) -> int:
        for peer, answer in zip(self._waiting, answers, strict=True):
            await peer.setRemoteDescription(RTCSessionDescription(answer, "answer"))
        while any(peer.connectionState != "connected" for peer in self._waiting):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        self._peers += self._waiting
        return len(self._peers)

    def counts(self) -> list[dict[str, Any]]:
        counted = [
            {"frames": c.frames, "packets": c.packets, "missing": c.missing} for c in self._counts
        ]
        for counts in self._counts:
            counts.frames = counts.packets = counts.missing = 0
        return counted


async def main() -> None:
    use_addresses(["127.0.0.1"])
    crowd = Crowd()
    async for request in read_lines():
        reply: dict[str, object]
        if "join" in request:
            reply = {"offers": await crowd.join(request["join"])}
        elif "answers" in request:
            reply = {"connected": await crowd.answered(request["answers"])}
        else:
            reply = {"counts": crowd.counts()}
        sys.stdout.write(json.dumps(reply) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    uvloop.run(main())
