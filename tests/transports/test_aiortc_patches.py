"""Every private name that visavis leans on still exists, and each change does what it says."""

import asyncio
import inspect
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import aioice.ice
import aiortc
import pytest
from aiortc import RTCRtpReceiver, RTCRtpSender, clock
from aiortc.codecs import h264, opus, vpx
from aiortc.jitterbuffer import JitterBuffer
from aiortc.rtp import RtcpSdesPacket, RtcpSenderInfo, RtcpSrPacket

from visavis.transports import aiortc_patches as patches

NTP_FRACTION = 2**32


@pytest.fixture(autouse=True)
def put_back() -> Iterator[None]:
    """Undo what the tests change in the libraries."""
    ice = {name: getattr(aioice.ice, name) for name in ICE_NAMES}
    rates = [{name: getattr(codec, name) for name in RATE_NAMES} for codec in (vpx, h264)]
    encoder = opus.OpusEncoder.__init__
    yield
    vars(aioice.ice).update(ice)
    for codec, values in zip((vpx, h264), rates, strict=True):
        vars(codec).update(values)
    opus.OpusEncoder.__init__ = encoder  # type: ignore[method-assign]


ICE_NAMES = ("get_host_addresses", "CONSENT_INTERVAL", "CONSENT_FAILURES")
RATE_NAMES = ("MIN_BITRATE", "DEFAULT_BITRATE", "MAX_BITRATE")


def test_the_versions_are_those_that_were_read() -> None:
    assert aiortc.__version__.startswith("1.16.")
    assert aioice.__version__.startswith("0.13.")


@pytest.mark.parametrize("name", ICE_NAMES)
def test_aioice_still_reads_these_names_when_it_runs(name: str) -> None:
    assert hasattr(aioice.ice, name)
    assert name in inspect.getsource(aioice.ice.Connection)


@pytest.mark.parametrize("codec", [vpx, h264])
@pytest.mark.parametrize("name", RATE_NAMES)
def test_the_encoders_still_have_bit_rates(codec: Any, name: str) -> None:
    assert isinstance(getattr(codec, name), int)
    assert inspect.getsource(codec).count(name) >= 2


def test_the_receiver_still_has_its_jitter_buffer() -> None:
    source = inspect.getsource(RTCRtpReceiver)
    assert "self.__jitter_buffer = JitterBuffer(capacity=" in source
    assert "self.__jitter_buffer.add(packet)" in source


def test_the_sender_still_calls_what_is_replaced() -> None:
    source = inspect.getsource(RTCRtpSender)
    assert "await self._next_encoded_frame(codec)" in source
    assert "await self._send_rtcp(packets)" in source


def test_given_addresses_alone_are_offered() -> None:
    patches.use_addresses(["127.0.0.1", "::1"])
    assert aioice.ice.get_host_addresses(True, False) == ["127.0.0.1"]
    assert aioice.ice.get_host_addresses(False, True) == ["::1"]
    assert aioice.ice.get_host_addresses(True, True) == ["127.0.0.1", "::1"]


def test_without_addresses_all_are_offered_and_loopback() -> None:
    found = patches.connecting._find_addresses(True, False)
    patches.use_addresses([])
    assert aioice.ice.get_host_addresses(True, False) == [*found, "127.0.0.1"]
    assert "127.0.0.1" not in aioice.ice.get_host_addresses(False, True)


def test_bit_rates_are_for_faces() -> None:
    patches.raise_bit_rates()
    for codec in (vpx, h264):
        least, first, most = (getattr(codec, name) for name in RATE_NAMES)
        assert 500_000 <= least < first < most
    assert vpx.Vp8Encoder().target_bitrate == vpx.DEFAULT_BITRATE >= 1_000_000


def test_the_voice_is_encoded_as_sound() -> None:
    patches.keep_the_voice()
    assert opus.OpusEncoder().codec.options["application"] == "audio"


def test_dead_peers_are_noticed_within_rfc_7675() -> None:
    patches.notice_dead_peers()
    assert aioice.ice.CONSENT_INTERVAL * aioice.ice.CONSENT_FAILURES <= 15


async def test_a_connection_closed_while_it_connected_starts_no_checks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(aioice.ice.Connection, "query_consent", patches.connecting._query_consent)
    patches.end_closed_connections()
    connection = aioice.ice.Connection(ice_controlling=True)
    connection.remote_password = "secret"  # noqa: S105
    checks = asyncio.create_task(connection.query_consent())
    await asyncio.sleep(0)
    assert not checks.done()
    checks.cancel()
    await connection.close()
    late = asyncio.create_task(connection.query_consent())
    await asyncio.sleep(0)
    assert late.done()


def test_aioice_still_starts_consent_checks_by_this_name() -> None:
    assert "self.query_consent()" in inspect.getsource(aioice.ice.Connection.connect)
    assert "self._closing = True" in inspect.getsource(aioice.ice.Connection.close)


def test_sound_is_handed_on_at_the_first_packet() -> None:
    receiver = RTCRtpReceiver.__new__(RTCRtpReceiver)
    patches.shorten_prefetch(receiver)
    buffer = vars(receiver)["_RTCRtpReceiver__jitter_buffer"]
    assert isinstance(buffer, JitterBuffer)
    assert vars(buffer)["_prefetch"] == 1


class FakeSender:
    """The two methods of a sender that are wrapped."""

    def __init__(self) -> None:
        self.sent: list[list[Any]] = []
        self.timestamps = iter((960, 1920, 2880))

    async def _next_encoded_frame(self, codec: object) -> object:
        return SimpleNamespace(timestamp=next(self.timestamps))

    async def _send_rtcp(self, packets: list[Any]) -> None:
        self.sent.append(packets)


def _report() -> RtcpSrPacket:
    info = RtcpSenderInfo(clock.current_ntp_time(), 4711, packet_count=1, octet_count=1)
    return RtcpSrPacket(ssrc=1, sender_info=info)


async def test_reports_tell_when_the_media_was_due() -> None:
    sender: Any = FakeSender()
    patches.stamp_reports(sender, 48_000, patches.MediaEpoch(1_700_000_000.0))
    for _ in range(2):
        await sender._next_encoded_frame(None)
    await sender._send_rtcp([_report(), RtcpSdesPacket(chunks=[])])
    (report, sdes) = sender.sent[0]
    wall_s = clock.datetime_from_ntp(report.sender_info.ntp_timestamp).timestamp()
    assert wall_s == pytest.approx(1_700_000_000.0 + 1920 / 48_000, abs=1e-5)
    assert report.sender_info.rtp_timestamp == 4711
    assert isinstance(sdes, RtcpSdesPacket)


async def test_there_is_no_report_before_there_is_media() -> None:
    sender: Any = FakeSender()
    epoch = patches.MediaEpoch()
    patches.stamp_reports(sender, 48_000, epoch)
    await sender._send_rtcp([_report()])
    await sender._next_encoded_frame(None)
    await sender._send_rtcp([_report(), RtcpSdesPacket(chunks=[])])
    assert [[type(p) for p in packets] for packets in sender.sent] == [[RtcpSdesPacket]]
    epoch.wall_s = 1.0
    await sender._send_rtcp([_report()])
    assert isinstance(sender.sent[-1][0], RtcpSrPacket)


def test_one_fingerprint_per_transport_is_left() -> None:
    lines = ["v=0", "m=audio 9 X 0"]
    marks = [f"a=fingerprint:sha-{bits} AB:CD" for bits in (256, 384, 512)]
    sdp = "\r\n".join([*lines, *marks, "a=mid:0", ""])
    assert patches.keep_sha256(sdp) == "\r\n".join([*lines, marks[0], "a=mid:0", ""])
