"""How aiortc sends: packets that were coded and cut once, straight to the socket.

aiortc's sender packs, wraps and reports for each viewer anew, pairs the RTP time in its sender
reports with the time of sending (aiortc#901), and in packet mode it ignores PLI and REMB
(aiortc#559). All of that is one loop of the sender, so this replaces the loop.
"""

import asyncio
import datetime
import logging
import time
from collections.abc import Awaitable, Callable
from struct import pack
from typing import Any, Protocol

from aiortc import RTCRtpSender, clock
from aiortc.rtcrtpsender import random_sequence_number
from aiortc.rtp import (
    HeaderExtensions,
    HeaderExtensionsMap,
    RtcpSrPacket,
    RtpPacket,
    wrap_rtx,
)
from aiortc.utils import random32

from visavis.media.encoders.coded import Coded

_log = logging.getLogger(__name__)
_PREFIX = "_RTCRtpSender__"
_REPLACED = ("_run_rtp", "_retransmit", "_send_keyframe", "_send_rtcp")  # methods of a sender
_HISTORY = 512  # packets that can be sent again, a power of two: a keyframe and two seconds
_BURST = 16  # packets in a row before other work of the loop has its turn
_CONGESTED_BYTES = 256 * 1024  # waiting in a socket; over UDP there are none unless it is stuck
_CONGESTED_WAIT_S = 0.01
_SEND_TIME_RATE = 1 << 18  # Hz; 24 bits of it are told
_RTP_VERSION_AND_EXTENSION = 0x90
_FAULTS = (asyncio.CancelledError, ConnectionError)


class Feed(Protocol):
    """Where a sender's packets come from, and where what its receiver says goes."""

    @property
    def reports(self) -> bool:
        """Whether the receiver is told what wall time an RTP time is."""

    async def open(self, codec: str) -> None:
        """The way to the receiver is there; `codec` is "H264", "VP8" or "opus"."""

    async def next(self) -> Coded:
        """The next access unit."""

    def wall_s(self, pts: int) -> float:
        """The wall time at which media of this RTP time was due."""

    def picture_lost(self) -> None:
        """PLI or FIR."""

    def estimated(self, bit_rate: int) -> None:
        """REMB: what the receiver can take, in bit/s."""

    def stop(self) -> None:
        """The sender has ended."""


class _Estimates:
    """Stands where aiortc keeps its encoder: there it puts the bit rate of a REMB."""

    def __init__(self, feed: Feed) -> None:
        self._feed = feed

    @property
    def target_bitrate(self) -> int:
        return 0

    @target_bitrate.setter
    def target_bitrate(self, bit_rate: int) -> None:
        self._feed.estimated(bit_rate)


def send_from(sender: RTCRtpSender, feed: Feed) -> None:
    """Have a sender send what `feed` gives. To be called before the peers connect."""
    path = _SendPath(sender, feed)
    replaced = (path.run, path.send_again, feed.picture_lost, _honest(sender._send_rtcp, path))
    vars(sender).update(zip(_REPLACED, replaced, strict=True))
    vars(sender)[f"{_PREFIX}encoder"] = _Estimates(feed)


def give_back(sender: RTCRtpSender) -> None:
    """Undo `send_from` on a sender that has been stopped, for which it is a ring of references."""
    for name in _REPLACED:
        vars(sender).pop(name, None)


def _honest(
    send: Callable[[list[Any]], Awaitable[None]], path: "_SendPath"
) -> Callable[[list[Any]], Awaitable[None]]:
    """No sender report before there is something to report, or to one who wants none."""

    async def send_rtcp(packets: list[Any]) -> None:
        if not path.reports:
            packets = [packet for packet in packets if not isinstance(packet, RtcpSrPacket)]
        if packets:
            await send(packets)

    return send_rtcp


class _SendPath:
    """One sender's RTP: numbering, header extensions, history. State that aiortc reports from is
    kept where aiortc keeps it."""

    def __init__(self, sender: RTCRtpSender, feed: Feed) -> None:
        self._private = vars(sender)
        self._sender = sender
        self._feed = feed
        self._credit = _HISTORY  # packets that may be sent again now
        self._history: list[tuple[int, int, int, bytes] | None] = [None] * _HISTORY
        self._sequence = 0
        self._payload_type = 0
        self._has_sent = False

    @property
    def reports(self) -> bool:
        return self._has_sent and self._feed.reports

    async def run(self, codec: Any) -> None:
        """In place of `RTCRtpSender._run_rtp`: send until cancelled or cut off."""
        self._mine("rtp_started").set()
        self._payload_type = codec.payloadType
        origin, self._sequence = random32(), random_sequence_number()
        try:
            await self._feed.open(codec.name)
            while True:
                coded = await self._feed.next()
                await self._drained()
                await self._send(coded, (origin + coded.pts) & 0xFFFFFFFF)
        except _FAULTS:
            pass
        except Exception:  # without the event below `RTCRtpSender.stop` would wait for ever
            _log.exception("a sender failed")
        self._feed.stop()
        self._mine("rtp_exited").set()

    async def _send(self, coded: Coded, timestamp: int) -> None:
        extension = self._extension()
        last = len(coded.payloads) - 1
        for number, payload in enumerate(coded.payloads):
            marker = 0x80 if number == last else 0
            sequence = self._sequence
            self._sequence = (sequence + 1) & 0xFFFF
            self._history[sequence % _HISTORY] = (sequence, timestamp, marker, payload)
            await self._put(self._header(sequence, timestamp, marker) + extension + payload)
            self._private[f"{_PREFIX}octet_count"] += len(payload)
            if number % _BURST == _BURST - 1:
                await asyncio.sleep(0)
        self._private[f"{_PREFIX}packet_count"] += len(coded.payloads)
        self._credit = min(_HISTORY, self._credit + len(coded.payloads))
        self._private[f"{_PREFIX}rtp_timestamp"] = timestamp
        self._private[f"{_PREFIX}ntp_timestamp"] = _ntp(self._feed.wall_s(coded.pts))
        self._has_sent = True

    async def send_again(self, sequence: int) -> None:
        """In place of `RTCRtpSender._retransmit`: RFC 4588 if it was agreed on."""
        kept = self._history[sequence % _HISTORY]
        if kept is None or kept[0] != sequence or not self._credit:
            return
        self._credit -= 1
        _, timestamp, marker, payload = kept
        packet = RtpPacket(self._payload_type, marker >> 7, sequence, timestamp)
        packet.ssrc, packet.payload = self._sender._ssrc, payload
        packet.extensions = self._extensions()
        rtx = self._mine("rtx_payload_type")
        if rtx is not None:
            number = self._mine("rtx_sequence_number")
            packet = wrap_rtx(packet, rtx, number, self._sender._rtx_ssrc)
            self._private[f"{_PREFIX}rtx_sequence_number"] = (number + 1) & 0xFFFF
        await self._put(packet.serialize(self._mine("rtp_header_extensions_map")))

    def _header(self, sequence: int, timestamp: int, marker: int) -> bytes:
        kind = marker | self._payload_type
        fields = (_RTP_VERSION_AND_EXTENSION, kind, sequence, timestamp, self._sender._ssrc)
        return pack("!BBHII", *fields)

    def _extensions(self) -> HeaderExtensions:
        now = (
            round(time.monotonic() * _SEND_TIME_RATE) & 0xFFFFFF
        )  # a step of the clock is no jitter
        return HeaderExtensions(mid=self._mine("mid"), abs_send_time=now)

    def _extension(self) -> bytes:
        """The header extension block, the same for all packets of one access unit."""
        ids: HeaderExtensionsMap = self._mine("rtp_header_extensions_map")
        profile, value = ids.set(self._extensions())
        return pack("!HH", profile, len(value) >> 2) + value

    async def _put(self, packet: bytes) -> None:
        """Encrypt and send: what four nested coroutines of aiortc and aioice do."""
        dtls = self._sender.transport
        if dtls.state != "connected":
            raise ConnectionError
        data = dtls._tx_srtp.protect(packet)
        pair = self._pair()
        await pair.protocol.send_data(data, pair.remote_addr)

    async def _drained(self) -> None:
        """Wait while the socket is stuck, so that the feed drops what is old, not what is new."""
        waiting = getattr(self._pair().protocol.transport, "get_write_buffer_size", None)
        while waiting is not None and waiting() > _CONGESTED_BYTES:  # noqa: ASYNC110  # no event
            await asyncio.sleep(_CONGESTED_WAIT_S)

    def _pair(self) -> Any:
        pair = self._sender.transport.transport._connection._nominated.get(1)
        if pair is None:
            raise ConnectionError
        return pair

    def _mine(self, name: str) -> Any:
        return self._private[_PREFIX + name]


def _ntp(wall_s: float) -> int:
    stamp: int = clock.datetime_to_ntp(datetime.datetime.fromtimestamp(wall_s, datetime.UTC))
    return stamp
