"""The short way of sending: on the wire it is what aiortc would send, but for the clock."""

import asyncio
import inspect
import time
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from aiortc import RTCRtpSender, clock
from aiortc.rtcrtpparameters import (
    RTCRtpCodecParameters,
    RTCRtpHeaderExtensionParameters,
    RTCRtpSendParameters,
)
from aiortc.rtp import (
    HeaderExtensionsMap,
    RtcpPsfbPacket,
    RtcpRtpfbPacket,
    RtcpSdesPacket,
    RtcpSenderInfo,
    RtcpSrPacket,
    RtpPacket,
    pack_remb_fci,
    unwrap_rtx,
)

from visavis.media.encoders.coded import Coded
from visavis.transports.aiortc_patches import send_from

EPOCH_S = 1_700_000_000.0
MID = RTCRtpHeaderExtensionParameters(1, "urn:ietf:params:rtp-hdrext:sdes:mid")
SEND_TIME = RTCRtpHeaderExtensionParameters(
    2, "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"
)
PARAMETERS = RTCRtpSendParameters(
    codecs=[
        RTCRtpCodecParameters("video/H264", 90_000, payloadType=102),
        RTCRtpCodecParameters("video/rtx", 90_000, payloadType=103, parameters={"apt": 102}),
    ],
    headerExtensions=[MID, SEND_TIME],
    muxId="1",
)


class Wire:
    """A DTLS transport and all below it: what is sent is kept."""

    def __init__(self) -> None:
        self.packets: list[bytes] = []
        self.state = "connected"
        self.buffered = 0
        self._tx_srtp = SimpleNamespace(protect=lambda packet: packet)
        socket = SimpleNamespace(get_write_buffer_size=lambda: self.buffered)
        protocol = SimpleNamespace(transport=socket, send_data=self._send_data)
        pair = SimpleNamespace(protocol=protocol, remote_addr=("127.0.0.1", 9))
        self.transport = SimpleNamespace(_connection=SimpleNamespace(_nominated={1: pair}))
        self.reports: list[bytes] = []

    async def _send_data(self, data: bytes, address: tuple[str, int]) -> None:
        self.packets.append(data)

    async def _send_rtp(self, data: bytes) -> None:
        self.reports.append(data)

    def _register_rtp_sender(self, sender: object, parameters: object) -> None:
        pass

    def _unregister_rtp_sender(self, sender: object) -> None:
        pass

    def parsed(self) -> list[RtpPacket]:
        extensions = HeaderExtensionsMap()
        extensions.configure(PARAMETERS)
        return [RtpPacket.parse(packet, extensions) for packet in self.packets]


class Source:
    """A feed of pictures that the test puts in."""

    def __init__(self) -> None:
        self.queue: asyncio.Queue[Coded] = asyncio.Queue()
        self.codec = ""
        self.lost = 0
        self.bit_rate = 0
        self.stopped = False
        self.reports = True

    async def open(self, codec: str) -> None:
        self.codec = codec

    async def next(self) -> Coded:
        return await self.queue.get()

    def wall_s(self, pts: int) -> float:
        return EPOCH_S + pts / 90_000

    def picture_lost(self) -> None:
        self.lost += 1

    def estimated(self, bit_rate: int) -> None:
        self.bit_rate = bit_rate

    def stop(self) -> None:
        self.stopped = True


def _picture(pts: int, *payloads: bytes) -> Coded:
    return Coded("video", pts, True, b"".join(payloads), payloads)


async def _begin() -> tuple[Any, Source, Wire]:
    wire, source = Wire(), Source()
    sender: Any = RTCRtpSender("video", wire)  # type: ignore[arg-type]
    send_from(sender, source)
    await sender.send(PARAMETERS)
    return sender, source, wire


async def _sent(wire: Wire, count: int) -> list[RtpPacket]:
    while len(wire.packets) < count:  # noqa: ASYNC110
        await asyncio.sleep(0)
    return wire.parsed()


def test_the_sender_still_has_what_is_replaced_and_read() -> None:
    source = inspect.getsource(RTCRtpSender)
    for text in (
        "self._run_rtp(parameters.codecs[0])",
        "await self._retransmit(seq)",
        "self._send_keyframe()",
        "self.__encoder.target_bitrate = bitrate",
        "await self._send_rtcp(packets)",
        "ntp_timestamp=self.__ntp_timestamp",
        "rtp_timestamp=self.__rtp_timestamp",
        "packet_count=self.__packet_count",
        "octet_count=self.__octet_count",
        "self.__rtx_payload_type = codec.payloadType",
        "self.__rtp_header_extensions_map.configure(parameters)",
        "await asyncio.gather(self.__rtp_exited.wait(), self.__rtcp_exited.wait())",
    ):
        assert text in source


async def test_packets_are_numbered_marked_and_stamped() -> None:
    sender, source, wire = await _begin()
    source.queue.put_nowait(_picture(0, b"first", b"second"))
    source.queue.put_nowait(_picture(3600, b"third"))
    first, second, third = await _sent(wire, 3)
    await sender.stop()
    assert source.codec == "H264"
    assert [p.payload for p in (first, second, third)] == [b"first", b"second", b"third"]
    assert [p.marker for p in (first, second, third)] == [0, 1, 1]
    numbers = [p.sequence_number for p in (first, second, third)]
    assert numbers == [numbers[0], numbers[0] + 1, numbers[0] + 2]
    assert first.timestamp == second.timestamp
    assert (third.timestamp - first.timestamp) % (1 << 32) == 3600
    assert {(p.ssrc, p.payload_type) for p in (first, second, third)} == {(sender._ssrc, 102)}
    assert first.extensions.mid == "1"
    now = int(time.monotonic() * (1 << 18)) & 0xFFFFFF
    assert 0 <= (now - (first.extensions.abs_send_time or 0)) % (1 << 24) < 5 << 18
    assert source.stopped


async def test_reports_tell_when_the_media_was_due() -> None:
    sender, source, wire = await _begin()
    empty = RtcpSrPacket(1, RtcpSenderInfo(0, 0, 0, 0))
    await sender._send_rtcp([empty, RtcpSdesPacket(chunks=[])])
    assert wire.reports == [bytes(RtcpSdesPacket(chunks=[]))]  # nothing to report yet
    source.queue.put_nowait(_picture(9000, b"ten", b"bytes"))
    packets = await _sent(wire, 2)
    await asyncio.sleep(0)
    private = vars(sender)
    wall_s = clock.datetime_from_ntp(private["_RTCRtpSender__ntp_timestamp"]).timestamp()
    assert wall_s == pytest.approx(EPOCH_S + 0.1, abs=1e-5)
    assert private["_RTCRtpSender__rtp_timestamp"] == packets[0].timestamp
    assert private["_RTCRtpSender__packet_count"] == 2
    assert private["_RTCRtpSender__octet_count"] == 8
    await sender._send_rtcp([empty])
    assert wire.reports[-1] == bytes(empty)
    source.reports = False
    await sender._send_rtcp([empty])
    assert len(wire.reports) == 2
    await sender.stop()


async def test_what_was_lost_is_sent_again_as_rfc_4588_says() -> None:
    sender, source, wire = await _begin()
    source.queue.put_nowait(_picture(3600, b"first", b"second"))
    _, second = await _sent(wire, 2)
    unknown = (second.sequence_number + 7) % (1 << 16)
    lost = [second.sequence_number, unknown]
    await sender._handle_rtcp_packet(RtcpRtpfbPacket(1, 1, sender._ssrc, lost))
    *_, again = await _sent(wire, 3)
    await sender.stop()
    assert len(wire.packets) == 3
    assert (again.ssrc, again.payload_type) == (sender._rtx_ssrc, 103)
    original = unwrap_rtx(again, 102, sender._ssrc)
    for name in ("sequence_number", "timestamp", "marker", "payload", "ssrc", "payload_type"):
        assert getattr(original, name) == getattr(second, name)


async def test_who_asks_for_everything_again_and_again_gets_no_flood() -> None:
    sender, source, wire = await _begin()
    source.queue.put_nowait(_picture(3600, b"only"))
    (only,) = await _sent(wire, 1)
    for _ in range(100):
        lost = [only.sequence_number] * 17
        await sender._handle_rtcp_packet(RtcpRtpfbPacket(1, 1, sender._ssrc, lost))
    await sender.stop()
    assert len(wire.packets) == 1 + 512


async def test_what_the_receiver_says_reaches_the_feed() -> None:
    sender, source, _ = await _begin()
    for kind in (1, 4):  # PLI, FIR
        await sender._handle_rtcp_packet(RtcpPsfbPacket(kind, 1, sender._ssrc))
    remb = pack_remb_fci(640_000, [sender._ssrc])
    await sender._handle_rtcp_packet(RtcpPsfbPacket(15, 1, 0, remb))
    await sender.stop()
    assert source.lost == 2
    assert source.bit_rate == pytest.approx(640_000, rel=0.01)


async def test_a_stuck_socket_is_not_filled() -> None:
    sender, source, wire = await _begin()
    wire.buffered = 1 << 20
    source.queue.put_nowait(_picture(0, b"first"))
    await asyncio.sleep(0.05)
    assert not wire.packets
    wire.buffered = 0
    await _sent(wire, 1)
    await sender.stop()


async def test_a_connection_that_ends_ends_the_sender_quietly() -> None:
    sender, source, wire = await _begin()
    wire.state = "closed"
    source.queue.put_nowait(_picture(0, b"first"))
    while not source.stopped:  # noqa: ASYNC110
        await asyncio.sleep(0)
    await sender.stop()
    assert not wire.packets


async def test_a_step_of_the_wall_clock_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    sender, source, wire = await _begin()
    told = []
    for number, step_s in enumerate((0.0, 3600.0, -3600.0)):
        now_s = time.time()
        monkeypatch.setattr(time, "time", lambda at=now_s + step_s: float(at))
        source.queue.put_nowait(_picture(3600 * number, b"picture"))
        packet = (await _sent(wire, number + 1))[-1]
        await asyncio.sleep(0)
        told.append((packet.extensions.abs_send_time or 0, _reported_s(sender)))
        monkeypatch.undo()
    await sender.stop()
    sent, reported = zip(*told, strict=True)
    assert max((b - a) % (1 << 24) for a, b in pairwise(sent)) < 8 << 18  # of 64 s; an hour is 16
    assert np.diff(reported) == pytest.approx([0.04, 0.04], abs=1e-5)


def _reported_s(sender: Any) -> float:
    stamp = vars(sender)["_RTCRtpSender__ntp_timestamp"]
    return clock.datetime_from_ntp(stamp).timestamp()
