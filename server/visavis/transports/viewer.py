"""One viewer's two tracks, as aiortc takes them, fed with what was encoded once for everyone."""

import asyncio

from aiortc import MediaStreamTrack, RTCRtpSender
from aiortc.mediastreams import MediaStreamError

from visavis.core.timeline import OUTPUT_RATE, VIDEO_CLOCK
from visavis.media.broadcast import Broadcast
from visavis.media.encoders.coded import Coded, VideoCodec
from visavis.media.subscription import Subscription
from visavis.transports.aiortc_patches import send_from

_CODECS: dict[str, VideoCodec] = {"H264": "h264", "VP8": "vp8"}


class _Name(MediaStreamTrack):
    """Stands for a track in the SDP; its media goes by the short way, past it."""

    def __init__(self, kind: str) -> None:
        super().__init__()
        self.kind = kind

    async def recv(self) -> None:  # type: ignore[override]
        raise MediaStreamError


class Viewer:
    """The tracks of one viewer. Attach each sender that is to carry one; nothing is encoded for
    him before he is connected and `watch` has said what he sees."""

    def __init__(self, *, reports: bool = True) -> None:
        """`reports`: see `visavis.transports.aiortc_patches.Feed`."""
        self._reports = reports
        self.video = _Name("video")
        self.audio = _Name("audio")
        self._subscription: asyncio.Future[Subscription] = (
            asyncio.get_running_loop().create_future()
        )

    @property
    def dropped(self) -> int:
        """Packets that this viewer was too slow for."""
        subscription = self.subscription
        return subscription.dropped if subscription else 0

    @property
    def subscription(self) -> Subscription | None:
        """None before `watch`, and if it was stopped before it."""
        future = self._subscription
        return future.result() if future.done() and not future.cancelled() else None

    def attach(self, sender: RTCRtpSender) -> None:
        """Let a sender send by the short way: what is lost, asked for or estimated at its other
        end reaches the broadcast, and its reports tell media time."""
        send_from(sender, _SenderFeed(self._subscription, sender.kind, self._reports))

    def watch(self, broadcast: Broadcast) -> None:
        """Show this. To be called once."""
        if not self._subscription.done():
            self._subscription.set_result(broadcast.subscribe())

    def stop(self) -> None:
        """End both tracks and the subscription."""
        subscription = self.subscription
        if subscription:
            subscription.close()
        self._subscription.cancel()
        self.video.stop()
        self.audio.stop()


class _SenderFeed:
    """See `visavis.transports.aiortc_patches.Feed`."""

    def __init__(
        self, subscription: "asyncio.Future[Subscription]", kind: str, reports: bool
    ) -> None:
        self.reports = reports
        self._future = subscription
        self._subscription: Subscription | None = None  # once the sender has begun
        self._is_video = kind == "video"
        self._rate = VIDEO_CLOCK if self._is_video else OUTPUT_RATE

    async def open(self, codec: str) -> None:
        self._subscription = await asyncio.shield(self._future)
        if self._is_video:
            self._subscription.see(_CODECS[codec])
        else:
            self._subscription.hear()

    async def next(self) -> Coded:
        subscription = self._begun()
        return await (subscription.video if self._is_video else subscription.audio).get()

    def wall_s(self, pts: int) -> float:
        return (self._begun().epoch.wall_s or 0.0) + pts / self._rate

    def picture_lost(self) -> None:
        if self._subscription:
            self._subscription.request_keyframe()

    def estimated(self, bit_rate: int) -> None:
        if self._subscription:
            self._subscription.bit_rate = bit_rate

    def stop(self) -> None:
        if self._subscription:
            self._subscription.close()

    def _begun(self) -> Subscription:
        if self._subscription is None:
            raise ConnectionError("the sender has not begun")
        return self._subscription
