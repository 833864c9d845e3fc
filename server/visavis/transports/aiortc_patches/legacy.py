"""What is patched only as long as aiortc itself encodes for a viewer, and decodes for a talk."""

import datetime
from typing import Any

from aiortc import RTCRtpReceiver, RTCRtpSender, clock
from aiortc.codecs import h264, opus, vpx
from aiortc.jitterbuffer import JitterBuffer
from aiortc.rtp import RtcpSrPacket

from visavis.media.broadcast import MediaEpoch

_VIDEO_BIT_RATES = (500_000, 1_500_000, 3_000_000)  # least, first, most, bit/s
_opus_init = opus.OpusEncoder.__init__


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


def _ntp(wall_s: float) -> int:
    stamp: int = clock.datetime_to_ntp(datetime.datetime.fromtimestamp(wall_s, datetime.UTC))
    return stamp
