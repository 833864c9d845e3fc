"""Encode once, send to many: one stream's picture and sound to all of its viewers."""

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from visavis.core.bitrate import nominal, plan
from visavis.core.compositor import Frame
from visavis.core.timeline import FPS, FRAME_S, OUTPUT_RATE, PTIME_SAMPLES
from visavis.media.encoders.coded import Coded, VideoCodec
from visavis.media.encoders.opus import Opus
from visavis.media.encoders.worker import EncoderThread
from visavis.media.queue import PacketQueue
from visavis.media.rendition import Rendition

Float32 = NDArray[np.float32]
_VIDEO_WAITING = 2  # frames per viewer
_AUDIO_WAITING = 8  # packets per viewer, 160 ms
_SOUND_WAITING = 4  # releases before the Opus encoder
_PLAN_TICKS = FPS  # the bit rates are looked at once a second


@dataclass
class MediaEpoch:
    """The wall time at which media time zero was released; set once, by the first release. A
    later step of the wall clock changes nothing."""

    wall_s: float | None = None


@dataclass
class BroadcastCounters:
    """Since the broadcast began."""

    pictures: int = 0  # encoded, of all renditions
    keyframes: int = 0
    dropped: int = 0  # frames that an encoder was too slow for
    failed: int = 0  # frames that an encoder could not take
    lost: int = 0  # packets that viewers were too slow for


class Subscription:
    """One viewer's packets. Nothing comes before `open`."""

    def __init__(self, broadcast: "Broadcast", codec: VideoCodec) -> None:
        self.codec = codec
        self.epoch = broadcast.epoch
        self.video = PacketQueue(_VIDEO_WAITING, gated=True)
        self.audio = PacketQueue(_AUDIO_WAITING, gated=False)
        self.bit_rate: int | None = None  # what the viewer says that it can receive
        self._broadcast = broadcast
        self._rendition: Rendition | None = None
        self._closed = False

    @property
    def dropped(self) -> int:
        """Packets that this viewer was too slow for."""
        return self.video.dropped + self.audio.dropped

    def open(self) -> None:
        """Begin; the first picture will be a keyframe. Opening twice is opening once."""
        if self._rendition is None and not self._closed:
            self._broadcast.admit(self)

    def watch(self, rendition: Rendition | None) -> None:
        """Move to another rendition; called by the broadcast."""
        if self._rendition is not None:
            self._rendition.viewers.discard(self.video)
        self._rendition = rendition
        if rendition is not None:
            rendition.join(self.video)

    @property
    def rendition(self) -> Rendition | None:
        return self._rendition

    def request_keyframe(self) -> None:
        """The viewer lost its picture (PLI or FIR, RFC 4585 and 5104)."""
        if self._rendition is not None:
            self._rendition.keyframes.ask()

    def close(self) -> None:
        """End it. Closing twice is closing once."""
        if not self._closed:
            self._closed = True
            self._broadcast.dismiss(self)


class Broadcast:
    """An outlet with subscribers. At most two renditions per codec, none that nobody watches."""

    def __init__(self, width: int, height: int) -> None:
        """Belongs to the running event loop. Picture size in pixels."""
        self.epoch = MediaEpoch()
        self._size = (width, height)
        self._most = nominal(width, height)
        self._loop = asyncio.get_running_loop()
        self._viewers: list[Subscription] = []
        self._renditions: dict[tuple[VideoCodec, bool], Rendition] = {}  # codec, small
        self._retired: list[Rendition | EncoderThread[tuple[int, Float32]]] = []
        self._sound: EncoderThread[tuple[int, Float32]] | None = None
        self._second: Coded | None = None  # half of a release's sound that is still held back
        self._timer: asyncio.TimerHandle | None = None
        self._past = BroadcastCounters()
        self._closed = False

    def subscribe(self, codec: VideoCodec) -> Subscription:
        """A viewer who may open it later."""
        return Subscription(self, codec)

    @property
    def viewers(self) -> int:
        """Subscriptions that are open."""
        return len(self._viewers)

    @property
    def counters(self) -> BroadcastCounters:
        total = BroadcastCounters(**vars(self._past))
        for rendition in self._renditions.values():
            _count(total, rendition)
        total.lost += sum(viewer.dropped for viewer in self._viewers)
        return total

    def release(self, tick: int, frame: Frame, sound: Float32) -> None:
        """See `visavis.media.stream.Outlet`."""
        if self.epoch.wall_s is None:
            self.epoch.wall_s = time.time() - tick * FRAME_S
        if self._sound is not None:
            self._sound.put((tick, sound))
        if tick % _PLAN_TICKS == 0:
            self._plan()
        for rendition in self._renditions.values():
            rendition.release(tick, frame)

    def admit(self, viewer: Subscription) -> None:
        """Called by `Subscription.open`."""
        if self._closed:
            return
        self._viewers.append(viewer)
        if self._sound is None:
            encoder = Opus()
            self._sound = EncoderThread(
                "opus", lambda work: encoder.encode(*work), self._heard, _SOUND_WAITING
            )
        viewer.watch(self._rendition(viewer.codec, small=False))

    def dismiss(self, viewer: Subscription) -> None:
        """Called by `Subscription.close`."""
        if viewer not in self._viewers:
            return
        self._viewers.remove(viewer)
        self._past.lost += viewer.dropped
        viewer.watch(None)
        self._retire_unwatched()
        if not self._viewers and self._sound is not None:
            self._sound.retire()
            self._retired.append(self._sound)
            self._sound = None

    def close(self) -> None:
        """End every subscription, encoder and thread."""
        self._closed = True
        for viewer in list(self._viewers):
            viewer.close()
        if self._timer is not None:
            self._timer.cancel()
        for ended in self._retired:
            ended.close()
        self._retired.clear()

    def _rendition(self, codec: VideoCodec, small: bool) -> Rendition:
        key = (codec, small)
        if key not in self._renditions:
            self._renditions[key] = Rendition(codec, self._size, self._most, self._to_loop)
        return self._renditions[key]

    def _retire_unwatched(self) -> None:
        for key, rendition in list(self._renditions.items()):
            if not rendition.viewers:
                del self._renditions[key]
                _count(self._past, rendition)
                rendition.retire()
                self._retired.append(rendition)

    def _plan(self) -> None:
        """Fit the bit rates to what the viewers can receive."""
        for codec in {viewer.codec for viewer in self._viewers}:
            self._plan_codec(codec, [v for v in self._viewers if v.codec == codec])
        self._retire_unwatched()

    def _plan_codec(self, codec: VideoCodec, viewers: Sequence[Subscription]) -> None:
        estimates = {n: v.bit_rate for n, v in enumerate(viewers) if v.bit_rate is not None}
        known = self._renditions.get((codec, True))
        before = frozenset(n for n, v in enumerate(viewers) if v.rendition is known is not None)
        chosen = plan(estimates, self._most, before)
        self._rendition(codec, small=False).bit_rate = chosen.full
        if chosen.small is not None:
            self._rendition(codec, small=True).bit_rate = chosen.small
        for number, viewer in enumerate(viewers):
            rendition = self._rendition(codec, number in chosen.small_viewers)
            if viewer.rendition is not rendition:
                viewer.watch(rendition)

    def _heard(self, coded: Sequence[Coded]) -> None:
        self._to_loop(lambda: self._sounded(coded))

    def _sounded(self, coded: Sequence[Coded]) -> None:
        """Send the first packet now and the second 20 ms later: receivers buffer more when
        packets come in pairs."""
        self._send_second()
        for packet in coded[:-1]:
            self._send(packet)
        self._second = coded[-1]
        self._timer = self._loop.call_later(PTIME_SAMPLES / OUTPUT_RATE, self._send_second)

    def _send_second(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        if self._second is not None:
            self._send(self._second)
        self._second = None

    def _send(self, packet: Coded) -> None:
        for viewer in self._viewers:
            viewer.audio.put(packet)

    def _to_loop(self, function: Callable[[], None]) -> None:
        with suppress(RuntimeError):  # the loop has ended, and the thread is about to
            self._loop.call_soon_threadsafe(function)


def _count(total: BroadcastCounters, rendition: Rendition) -> None:
    total.pictures += rendition.pictures
    total.keyframes += rendition.keyframes.granted
    total.dropped += rendition.dropped
    total.failed += rendition.failed
