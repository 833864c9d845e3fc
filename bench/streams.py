"""Live streams without a network: speech in, H.264 packets out, all of them on one loop.

A stream is the server's own: its ingest, its loop, its pool. Each has an encoder with a thread of
its own, as in a call (libx264 ultrafast, zerolatency, one thread).
"""

import asyncio
import queue
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass, field
from fractions import Fraction

import av
import numpy as np
import uvloop
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from bench.wav import speech
from visavis.avatars import Avatar
from visavis.core.compositor import Frame
from visavis.core.timeline import FPS, FRAME_OUTPUT_SAMPLES, FRAME_S
from visavis.engine.pool import SessionPool
from visavis.media.ingest import Ingest
from visavis.media.stream import AvatarStream

Float32 = NDArray[np.float32]
_WAITING = 2  # frames before an encoder; more are dropped and counted
_PTIME_S = 0.02


def open_h264(width: int, height: int) -> VideoCodecContext:
    """libx264 as a call wants it."""
    context: VideoCodecContext = av.CodecContext.create("libx264", "w")
    context.width, context.height, context.pix_fmt = width, height, "yuv420p"
    context.bit_rate, context.thread_count = 1_500_000, 1
    context.framerate, context.time_base = Fraction(FPS), Fraction(1, FPS)
    context.options = {"preset": "ultrafast", "tune": "zerolatency"}
    return context


@dataclass
class Trace:
    """What a stream did, one entry per release unless it says otherwise."""

    due_s: list[float] = field(default_factory=list)  # when the tick was due
    made_s: list[float] = field(default_factory=list)  # when its frame was composed
    released_s: list[float] = field(default_factory=list)
    encode_s: list[float] = field(default_factory=list)  # from the release to the packet
    new: list[bool] = field(default_factory=list)  # another picture than the one before
    rung: list[int] = field(default_factory=list)  # of the ladder
    generated: list[int] = field(default_factory=list)  # mouths so far
    sound: list[Float32] = field(default_factory=list)
    dropped: int = 0  # frames that the encoder was too slow for
    bytes: int = 0

    def tick_ms(self, since_s: float) -> list[float]:
        """What each tick took: until its frame was composed, and to encode it."""
        rows = zip(self.due_s, self.made_s, self.encode_s, strict=False)
        return [1000 * (made - due + encode) for due, made, encode in rows if due >= since_s]


class _Outlet:
    """Takes releases at once; a thread encodes them."""

    def __init__(self, trace: Trace, width: int, height: int, keep_sound: bool) -> None:
        self._trace = trace
        self._keep_sound = keep_sound
        self._encoder = open_h264(width, height)
        self._last: Frame | None = None
        self._waiting: queue.Queue[tuple[int, Frame, float] | None] = queue.Queue(_WAITING)
        self._thread = threading.Thread(target=self._encode, daemon=True)
        self._thread.start()

    def release(self, tick: int, frame: Frame, sound: Float32) -> None:
        now_s = time.monotonic()
        self._trace.released_s.append(now_s)
        self._trace.new.append(self._last is None or frame is not self._last)
        self._last = frame
        if self._keep_sound:
            self._trace.sound.append(sound)
        try:
            self._waiting.put_nowait((tick, frame, now_s))
        except queue.Full:
            self._trace.dropped += 1

    def close(self) -> None:
        self._waiting.put(None)
        self._thread.join()

    def _encode(self) -> None:
        while (work := self._waiting.get()) is not None:
            tick, frame, begun_s = work
            picture = VideoFrame.from_numpy_buffer(frame, format="yuv420p")
            picture.pts = tick
            self._trace.bytes += sum(packet.size for packet in self._encoder.encode(picture))
            del work, frame, picture
            self._trace.encode_s.append(time.monotonic() - begun_s)


class _Traced(AvatarStream):
    """A stream that notes when its frames are composed."""

    trace: Trace

    async def _make(self, tick, step, due_s):  # type: ignore[no-untyped-def]
        from visavis.media.stream import RELEASE_S

        frame = await super()._make(tick, step, due_s)
        self.trace.due_s.append(due_s - RELEASE_S)
        self.trace.made_s.append(time.monotonic())
        self.trace.rung.append(self.ladder.rung)
        self.trace.generated.append(self.counters.generated)
        return frame


class Talker:
    """One stream and who speaks into it."""

    def __init__(
        self, avatar: Avatar, pool: SessionPool, voice: Float32, stack: ExitStack, sound: bool
    ) -> None:
        self.trace = Trace()
        self._voice = voice
        self.ingest = Ingest()
        bundle = avatar.bundle
        outlet = _Outlet(self.trace, bundle.width, bundle.height, sound)
        stack.callback(outlet.close)
        clock: Callable[[], float] = time.monotonic
        self.stream = _Traced(
            avatar.template, avatar.features, pool, self.ingest, outlet, clock=clock
        )
        self.stream.trace = self.trace

    async def run(self, delay_s: float) -> None:
        """Speak and be seen until cancelled."""
        await asyncio.sleep(delay_s)
        speaking = asyncio.create_task(self._speak())
        try:
            await self.stream.run()
        finally:
            speaking.cancel()

    async def _speak(self) -> None:
        """20 ms of sound every 20 ms, as a network brings it."""
        piece = FRAME_OUTPUT_SAMPLES // 2
        start_s, sent = time.monotonic(), 0
        while True:
            due = int((time.monotonic() - start_s) / _PTIME_S) + 1
            for number in range(sent, due):
                at = number * piece % (len(self._voice) - piece)
                self.ingest.push(self._voice[at : at + piece])
            sent = max(sent, due)
            await asyncio.sleep(start_s + sent * _PTIME_S - time.monotonic())


@dataclass
class Run:
    """What several streams did together."""

    talkers: list[Talker]
    since_s: float  # when all had begun and settled
    until_s: float
    cpu_s: float  # processor time of the process in between

    @property
    def seconds(self) -> float:
        return self.until_s - self.since_s

    def tick_ms(self, percent: float) -> float:
        """A percentile of all ticks."""
        times = [ms for talker in self.talkers for ms in talker.trace.tick_ms(self.since_s)]
        return float(np.percentile(times, percent))

    @property
    def mouths_kept(self) -> float:
        """The share of speaking frames whose mouth was made in time."""
        counters = [talker.stream.counters for talker in self.talkers]
        made = sum(c.generated for c in counters)
        missed = sum(c.late + c.refused + c.spared + c.failed for c in counters)
        return made / max(1, made + missed)

    @property
    def fps(self) -> float:
        """Releases a second of the slowest stream."""
        return min(
            sum(s >= self.since_s for s in talker.trace.released_s) / self.seconds
            for talker in self.talkers
        )

    @property
    def held(self) -> bool:
        """Everyone at 25 frames a second, with mouths of their own."""
        no_drops = not any(talker.trace.dropped for talker in self.talkers)
        return self.tick_ms(99) <= 1000 * FRAME_S and self.fps > 24.7 and no_drops and (
            self.mouths_kept > 0.99
        )


def talk(
    avatar: Avatar,
    pool: SessionPool,
    count: int,
    seconds: float,
    silent: bool = False,
    settle_s: float = 1.5,
    during: Callable[[list[Talker]], Iterable[float]] | None = None,
    keep_sound: bool = False,
) -> Run:
    """Let `count` streams run. `during` is a script: it yields the seconds to wait before it goes
    on, and begins when the streams have settled; the run ends with it, at the latest after
    `seconds`."""
    voice = speech(30.0)
    with ExitStack() as stack:
        talkers = []
        for number in range(count):
            own = np.zeros(96_000, np.float32) if silent else np.roll(voice, 31_013 * number)
            talkers.append(Talker(avatar, pool, own, stack, keep_sound))
        script = during(talkers) if during else ()
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            return runner.run(_talk(talkers, seconds, settle_s, script))


async def _talk(
    talkers: list[Talker], seconds: float, settle_s: float, script: Iterable[float]
) -> Run:
    step_s = FRAME_S / len(talkers)
    tasks = [asyncio.create_task(t.run(n * step_s)) for n, t in enumerate(talkers)]
    await asyncio.sleep(settle_s)
    begun_s, cpu_s = time.monotonic(), time.process_time()
    for talker in talkers:
        talker.stream.counters = type(talker.stream.counters)()
    end_s = begun_s + seconds
    for pause_s in script:
        await asyncio.sleep(min(pause_s, max(0.0, end_s - time.monotonic())))
    await asyncio.sleep(max(0.0, end_s - time.monotonic()))
    run = Run(talkers, begun_s, time.monotonic(), time.process_time() - cpu_s)
    for task in tasks:
        task.cancel()
    failures = await asyncio.gather(*tasks, return_exceptions=True)
    for failure in failures:
        if isinstance(failure, Exception):
            raise failure
    return run
