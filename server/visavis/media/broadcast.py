"""Encode once, send to many: one stream's picture and sound to all of its viewers."""

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from visavis.core.bitrate import Allowance, nominal, plan
from visavis.core.compositor import Frame
from visavis.core.timeline import FPS, FRAME_S, OUTPUT_RATE, PTIME_SAMPLES
from visavis.media.encoders.coded import Coded, VideoCodec
from visavis.media.encoders.opus import Opus
from visavis.media.encoders.worker import EncoderThread
from visavis.media.rendition import Rendition
from visavis.media.subscription import MediaEpoch, Subscription

Float32 = NDArray[np.float32]
_SOUND_WAITING = 16  # releases before the Opus encoder: what a late stream catches up, and more
_PLAN_TICKS = FPS  # the bit rates are looked at once a second


@dataclass
class BroadcastCounters:
    """Since the broadcast began."""

    pictures: int = 0  # encoded, of all renditions
    keyframes: int = 0
    dropped: int = 0  # frames that an encoder was too slow for
    failed: int = 0  # frames that an encoder could not take
    lost: int = 0  # packets that viewers were too slow for


class Broadcast:
    """An outlet with subscribers. At most two renditions per codec, none that nobody watches."""

    def __init__(self, width: int, height: int) -> None:
        """Belongs to the running event loop. Picture size in pixels."""
        self.epoch = MediaEpoch()
        self._size = (width, height)
        self._most = nominal(width, height)
        self._loop = asyncio.get_running_loop()
        self._viewers: list[Subscription] = []
        self._listeners: list[Subscription] = []
        self._renditions: dict[tuple[VideoCodec, bool], Rendition] = {}  # codec, small
        self._retired: list[Rendition | EncoderThread[tuple[int, Float32]]] = []
        self._sound: EncoderThread[tuple[int, Float32]] | None = None
        self._second: Coded | None = None  # half of a release's sound that is still held back
        self._timer: asyncio.TimerHandle | None = None
        self._past = BroadcastCounters()
        self._closed = False

    def subscribe(self) -> Subscription:
        """A viewer, who costs nothing until he sees or hears."""
        return Subscription(self, Allowance(self._most))

    @property
    def viewers(self) -> int:
        """Who sees, hears, or both."""
        return len({*self._viewers, *self._listeners})

    @property
    def counters(self) -> BroadcastCounters:
        total = BroadcastCounters(**vars(self._past))
        for rendition in self._renditions.values():
            _count(total, rendition)
        total.lost += sum(viewer.dropped for viewer in {*self._viewers, *self._listeners})
        return total

    def release(self, tick: int, frame: Frame | None, sound: Float32) -> None:
        """See `visavis.media.outlet.Outlet`."""
        if self.epoch.wall_s is None:
            self.epoch.wall_s = time.time() - tick * FRAME_S
        if self._sound is not None:
            self._sound.put((tick, sound))
        if tick % _PLAN_TICKS == 0:
            self._plan()
        if frame is not None:
            for rendition in self._renditions.values():
                rendition.release(tick, frame)

    def show(self, viewer: Subscription, codec: VideoCodec) -> None:
        """Called by `Subscription.see`."""
        if not self._closed:
            self._viewers.append(viewer)
            viewer.watch(self._rendition(codec, small=False))

    def play(self, viewer: Subscription) -> None:
        """Called by `Subscription.hear`."""
        if self._closed or viewer in self._listeners:
            return
        self._listeners.append(viewer)
        if self._sound is None:
            encoder = Opus()
            self._sound = EncoderThread(
                "opus",
                lambda work: encoder.encode(*work),
                self._heard,
                _SOUND_WAITING,
                pictures=False,
            )

    def dismiss(self, viewer: Subscription) -> None:
        """Called by `Subscription.close`."""
        self._past.lost += viewer.dropped
        self._viewers = [other for other in self._viewers if other is not viewer]
        self._listeners = [other for other in self._listeners if other is not viewer]
        viewer.watch(None)
        self._retire_unwatched()
        if not self._listeners and self._sound is not None:
            self._retire(self._sound)
            self._sound = None

    async def close(self) -> None:
        """End every subscription, encoder and thread, and wait until they have ended."""
        self._closed = True
        for viewer in {*self._viewers, *self._listeners}:
            viewer.close()
        if self._timer is not None:
            self._timer.cancel()
        while self._retired:
            await self._retired.pop().close()

    def _rendition(self, codec: VideoCodec, small: bool) -> Rendition:
        key = (codec, small)
        if key not in self._renditions:
            self._renditions[key] = Rendition(codec, self._size, self._most, self._to_loop)
        return self._renditions[key]

    def _retire(self, ended: "Rendition | EncoderThread[tuple[int, Float32]]") -> None:
        ended.retire()
        self._retired = [known for known in self._retired if known.is_alive]
        self._retired.append(ended)

    def _retire_unwatched(self) -> None:
        for key, rendition in list(self._renditions.items()):
            if not rendition.viewers:
                del self._renditions[key]
                _count(self._past, rendition)
                self._retire(rendition)

    def _plan(self) -> None:
        """Fit the bit rates to what the viewers can receive."""
        sent = {rendition: rendition.take_sent() for rendition in self._renditions.values()}
        for viewer in self._viewers:
            if viewer.rendition in sent:
                viewer.allowance.update(viewer.bit_rate, sent[viewer.rendition])
        for codec in {codec for codec, _ in self._renditions}:
            self._plan_codec(codec, [v for v in self._viewers if v.codec == codec])
        self._retire_unwatched()

    def _plan_codec(self, codec: VideoCodec, viewers: Sequence[Subscription]) -> None:
        allowed = {number: v.allowance.bit_rate for number, v in enumerate(viewers)}
        known = self._renditions.get((codec, True))
        before = frozenset(n for n, v in enumerate(viewers) if v.rendition is known is not None)
        chosen = plan(allowed, self._most, before)
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
        for listener in self._listeners:
            listener.audio.put(packet)

    def _to_loop(self, function: Callable[[], None]) -> None:
        with suppress(RuntimeError):  # the loop has ended, and the thread is about to
            self._loop.call_soon_threadsafe(function)


def _count(total: BroadcastCounters, rendition: Rendition) -> None:
    total.pictures += rendition.pictures
    total.keyframes += rendition.keyframes.granted
    total.dropped += rendition.dropped
    total.failed += rendition.failed
