"""How aiortc receives sound: each packet at once, to where it is asked for."""

from collections.abc import Callable

from aiortc import RTCRtpReceiver
from aiortc.jitterbuffer import JitterBuffer, JitterFrame
from aiortc.rtp import RtpPacket


class _Tap(JitterBuffer):
    """Hands every packet on and gives none to aiortc, which would hold each until the next one
    comes (20 ms), hold more for ever after a loss, and queue what it decodes without a bound
    (aiortc#554, #898)."""

    def __init__(self, take: Callable[[int, int, bytes], None]) -> None:
        super().__init__(capacity=1)
        self._take = take

    def add(self, packet: RtpPacket) -> tuple[bool, JitterFrame | None]:
        if packet.payload:
            self._take(packet.sequence_number, packet.timestamp, packet.payload)
        return False, None


def tap_sound(receiver: RTCRtpReceiver, take: Callable[[int, int, bytes], None]) -> None:
    """Call `take` with sequence number, time stamp and payload of each RTP packet of sound."""
    vars(receiver)["_RTCRtpReceiver__jitter_buffer"] = _Tap(take)
