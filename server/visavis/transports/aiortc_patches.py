"""Everything that visavis changes inside aiortc 1.16 and aioice 0.13, and why, in one room.

These touch private names; the dependency is pinned below the next minor version, and
tests/transports/test_aiortc_patches.py fails if a name moves.
"""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import aioice.ice
from aiortc import RTCRtpReceiver, RTCRtpSender, clock
from aiortc.codecs import h264, opus, vpx
from aiortc.jitterbuffer import JitterBuffer
from aiortc.rtp import RtcpSrPacket

_LOOPBACK = "127.0.0.1"
_VIDEO_BIT_RATES = (500_000, 1_500_000, 3_000_000)  # least, first, most, bit/s
_CONSENT_INTERVAL_S = 2
_CONSENT_FAILURES = 5
_find_addresses = aioice.ice.get_host_addresses
_query_consent = aioice.ice.Connection.query_consent
_opus_init = opus.OpusEncoder.__init__


@dataclass
class MediaEpoch:
    """The wall time at which media time zero was released; set once, by the stream's first tick."""

    wall_s: float | None = None


def use_addresses(addresses: Sequence[str]) -> None:
    """Offer these ICE host addresses, or, if there are none given, all of the machine's.

    aioice never offers 127.0.0.1, so a page and a server on one machine without a network could
    not meet; a list with the loopback address is the only way to keep media on loopback.
    """
    chosen = list(addresses)

    def host_addresses(use_ipv4: bool, use_ipv6: bool) -> list[str]:
        found = chosen or [*_find_addresses(use_ipv4, use_ipv6), _LOOPBACK]
        return [a for a in found if (":" in a and use_ipv6) or (":" not in a and use_ipv4)]

    aioice.ice.get_host_addresses = host_addresses


def raise_bit_rates() -> None:
    """Start at a bit rate that shows a face sharply.

    aiortc has no bit-rate API and begins at 500 kbit/s (aiortc#402, #1159).
    """
    names = ("MIN_BITRATE", "DEFAULT_BITRATE", "MAX_BITRATE")
    for codec in (vpx, h264):
        vars(codec).update(zip(names, _VIDEO_BIT_RATES, strict=True))


def keep_the_voice() -> None:
    """Encode sound as it is.

    aiortc asks Opus for its "voip" application, whose high-pass filter and speech model change a
    voice that the caller's own Opus has already changed once.
    """

    def init(self: opus.OpusEncoder) -> None:
        _opus_init(self)
        self.codec.options = {**self.codec.options, "application": "audio"}

    opus.OpusEncoder.__init__ = init  # type: ignore[method-assign]


def notice_dead_peers() -> None:
    """Give up on a vanished peer after about 10 s instead of 32 (RFC 7675 allows up to 30)."""
    aioice.ice.CONSENT_INTERVAL = _CONSENT_INTERVAL_S
    aioice.ice.CONSENT_FAILURES = _CONSENT_FAILURES


def end_closed_connections() -> None:
    """Start no consent checks on a connection that was closed while it connected.

    aioice starts them all the same, and as nothing is nominated any more they never end.
    """

    async def query_consent(self: aioice.ice.Connection) -> None:
        if not self._closing:
            await _query_consent(self)

    aioice.ice.Connection.query_consent = query_consent  # type: ignore[method-assign]


def shorten_prefetch(receiver: RTCRtpReceiver) -> None:
    """Hand on audio at the first packet; aiortc waits for four, which is 80 ms of latency.

    The buffer gives out at most one packet for each that comes, so what it holds when a packet is
    lost it holds for ever: a small capacity bounds that to 60 ms.
    """
    vars(receiver)["_RTCRtpReceiver__jitter_buffer"] = JitterBuffer(capacity=4, prefetch=1)


def stamp_reports(sender: RTCRtpSender, clock_rate: int, epoch: MediaEpoch) -> None:
    """Make sender reports tell when the media was due, not when its last packet left.

    aiortc pairs the RTP timestamp with the send time, so encoding time shows up as skew at the
    receiver (aiortc#901, RFC 3550 section 6.4.1).
    """
    next_frame, send = sender._next_encoded_frame, sender._send_rtcp
    newest: list[int] = []

    async def next_encoded_frame(codec: Any) -> Any:
        frame = await next_frame(codec)
        if frame is not None:
            newest[:] = [frame.timestamp]
        return frame

    async def send_rtcp(packets: list[Any]) -> None:
        if epoch.wall_s is None or not newest:
            packets = [p for p in packets if not isinstance(p, RtcpSrPacket)]
        for packet in packets:
            if isinstance(packet, RtcpSrPacket) and epoch.wall_s is not None:
                packet.sender_info.ntp_timestamp = _ntp(epoch.wall_s + newest[0] / clock_rate)
        if packets:
            await send(packets)

    vars(sender).update(_next_encoded_frame=next_encoded_frame, _send_rtcp=send_rtcp)


def keep_sha256(sdp: str) -> str:
    """Leave one fingerprint per transport: libdatachannel fails a fifth of its handshakes when
    sha-384 and sha-512 stand beside it."""
    lines = sdp.split("\r\n")
    return "\r\n".join(
        line
        for line in lines
        if not line.startswith("a=fingerprint:") or line.startswith("a=fingerprint:sha-256 ")
    )


def _ntp(wall_s: float) -> int:
    stamp: int = clock.datetime_to_ntp(datetime.datetime.fromtimestamp(wall_s, datetime.UTC))
    return stamp
