"""Sound is tapped before aiortc holds, decodes and queues it."""

import inspect

from aiortc import RTCRtpReceiver
from aiortc.rtp import RtpPacket

from visavis.transports.aiortc_patches import tap_sound


def test_the_receiver_still_has_its_jitter_buffer() -> None:
    source = inspect.getsource(RTCRtpReceiver)
    assert "self.__jitter_buffer = JitterBuffer(capacity=" in source
    assert "pli_flag, encoded_frame = self.__jitter_buffer.add(packet)" in source


def test_each_packet_is_handed_on_at_once_and_aiortc_gets_none() -> None:
    receiver = RTCRtpReceiver.__new__(RTCRtpReceiver)
    taken: list[tuple[int, int, bytes]] = []
    tap_sound(receiver, lambda *packet: taken.append(packet))
    buffer = vars(receiver)["_RTCRtpReceiver__jitter_buffer"]
    for number in (5, 9, 7):
        packet = RtpPacket(96, 0, number, 960 * number, payload=bytes([number]))
        assert buffer.add(packet) == (False, None)
    assert buffer.add(RtpPacket(96, 0, 11, 960, payload=b"")) == (False, None)
    assert taken == [(5, 4800, b"\5"), (9, 8640, b"\t"), (7, 6720, b"\a")]
