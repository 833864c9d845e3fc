"""One viewer's two tracks, as aiortc takes them, fed with what was encoded once for everyone."""

from typing import Any

from aiortc import MediaStreamTrack, RTCRtpSender
from av import Packet

from visavis.core.timeline import OUTPUT_RATE, VIDEO_CLOCK
from visavis.media.broadcast import Subscription
from visavis.media.encoders.coded import Coded
from visavis.media.queue import PacketQueue
from visavis.transports.aiortc_patches import send_from


class PacketTrack(MediaStreamTrack):
    """A queue of packets as a track; it waits and never raises."""

    def __init__(self, kind: str, subscription: Subscription, queue: PacketQueue) -> None:
        super().__init__()
        self.kind = kind
        self._subscription = subscription
        self._queue = queue

    async def recv(self) -> "Packet[Any]":
        """The next packet, in order."""
        self._subscription.open()
        return (await self._queue.get()).packet


class Viewer:
    """The tracks of a subscription. Attach each sender that is to carry one."""

    def __init__(self, subscription: Subscription) -> None:
        self.video = PacketTrack("video", subscription, subscription.video)
        self.audio = PacketTrack("audio", subscription, subscription.audio)
        self._subscription = subscription

    @property
    def dropped(self) -> int:
        """Packets that this viewer was too slow for."""
        return self._subscription.dropped

    def attach(self, sender: RTCRtpSender) -> None:
        """Let a sender send by the short way: what is lost, asked for or estimated at its other
        end reaches the broadcast, and its reports tell media time."""
        send_from(sender, _SenderFeed(self._subscription, sender.kind))

    def stop(self) -> None:
        """End both tracks and the subscription."""
        self._subscription.close()
        self.video.stop()
        self.audio.stop()


class _SenderFeed:
    """See `visavis.transports.aiortc_patches.Feed`."""

    def __init__(self, subscription: Subscription, kind: str) -> None:
        self._subscription = subscription
        self._queue = subscription.video if kind == "video" else subscription.audio
        self._rate = VIDEO_CLOCK if kind == "video" else OUTPUT_RATE

    def open(self) -> None:
        self._subscription.open()

    async def next(self) -> Coded:
        return await self._queue.get()

    def wall_s(self, pts: int) -> float:
        return (self._subscription.epoch.wall_s or 0.0) + pts / self._rate

    def picture_lost(self) -> None:
        self._subscription.request_keyframe()

    def estimated(self, bit_rate: int) -> None:
        self._subscription.bit_rate = bit_rate

    def stop(self) -> None:
        self._subscription.close()
