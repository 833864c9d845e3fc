"""Live streams without WebRTC: speech in, H.264 packets out, all of them on one loop.

A stream is the server's own: its ingest, its loop, its pool, and its H.264 encoder with a thread of
its own, whose packets come out cut for RTP. Who speaks is another process: see `bench.speakers`.
"""

import asyncio
import socket
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field

import numpy as np
import uvloop
from numpy.typing import NDArray

from bench.speakers import Ear, Speakers
from visavis.avatars import Avatar
from visavis.core.compositor import Frame
from visavis.core.latency import LATENCIES
from visavis.core.timeline import FRAME_S
from visavis.engine.pool import SessionPool
from visavis.media.encoders.coded import Coded
from visavis.media.encoders.h264 import H264
from visavis.media.encoders.worker import EncoderThread
from visavis.media.hearing import Moment
from visavis.media.ingest import Ingest, IngestCounters
from visavis.media.stream import AvatarStream, Pose
from visavis.media.streamcounters import StreamCounters

Float32 = NDArray[np.float32]
_WAITING = 2  # frames before an encoder; more are dropped and counted
_BIT_RATE = 1_500_000  # bit/s


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
    tick: list[int] = field(default_factory=list)  # of each release of sound
    heard_s: list[float] = field(default_factory=list)  # when it was released
    sound: list[Float32] = field(default_factory=list)
    first_s: float = 0.0  # when tick 0 was due
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
        self._codec = H264(width, height, _BIT_RATE)
        self._last: Frame | None = None
        self._first = True
        self._thread: EncoderThread[tuple[int, Frame, float]] = EncoderThread(
            "h264", self._encode, self._encoded, _WAITING
        )

    def release(self, tick: int, frame: Frame | None, sound: Float32) -> None:
        now_s = time.monotonic()
        if self._keep_sound:
            self._trace.tick.append(tick)
            self._trace.heard_s.append(now_s)
            self._trace.sound.append(sound)
        if frame is None:
            return
        self._trace.released_s.append(now_s)
        self._trace.new.append(self._last is None or frame is not self._last)
        self._last = frame
        self._thread.put((tick, frame, now_s))
        self._trace.dropped = self._thread.dropped

    def close(self) -> None:
        self._thread.retire()

    def _encode(self, work: tuple[int, Frame, float]) -> Sequence[Coded]:
        tick, frame, begun_s = work
        coded = self._codec.encode(tick, frame, self._first)
        self._first = False
        self._trace.encode_s.append(time.monotonic() - begun_s)
        return coded

    def _encoded(self, coded: Sequence[Coded]) -> None:
        self._trace.bytes += sum(len(packet.data) for packet in coded)


class _Traced(AvatarStream):
    """A stream that notes when its frames are made."""

    trace: Trace

    async def _make(self, tick: int, moment: Moment, due_s: float) -> Pose:
        pose = await super()._make(tick, moment, due_s)
        self.trace.due_s.append(due_s - self._release_s)
        self.trace.first_s = self.trace.due_s[-1] - tick * FRAME_S
        self.trace.made_s.append(time.monotonic())
        self.trace.rung.append(self.ladder.rung)
        self.trace.generated.append(self.counters.generated)
        return pose


class Talker:
    """One stream and who speaks into it."""

    def __init__(
        self, avatar: Avatar, pool: SessionPool, sock: socket.socket, stack: ExitStack, sound: bool
    ) -> None:
        self.trace = Trace()
        self.left = False
        self._socket = sock
        self._gone = asyncio.Event()
        self.ingest = Ingest()
        self.ear = Ear(self.ingest.push)
        bundle = avatar.bundle
        outlet = _Outlet(self.trace, bundle.width, bundle.height, sound)
        stack.callback(outlet.close)
        latency = LATENCIES["balanced"]
        self.stream = _Traced(
            avatar.template,
            lambda: avatar.features(latency),
            pool,
            self.ingest,
            outlet,
            clock=time.monotonic,
            latency=latency,
        )
        self.stream.trace = self.trace

    def leave(self) -> None:
        """Hang up."""
        self.left = True
        self._gone.set()

    async def run(self, delay_s: float) -> None:
        """Speak and be seen until cancelled or gone."""
        await asyncio.sleep(delay_s)
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(lambda: self.ear, sock=self._socket)
        tasks = [asyncio.create_task(work) for work in (self.stream.run(), self._wait())]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            transport.close()

    async def _wait(self) -> None:
        await self._gone.wait()


Script = Callable[[list[Talker]], Iterable[float]]


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
    def mouths_made(self) -> int:
        """Speaking frames whose mouth was made in time."""
        return sum(talker.stream.counters.generated for talker in self.talkers)

    @property
    def mouths_missed(self) -> int:
        """Speaking frames whose mouth was not made, or not in time."""
        counters = [talker.stream.counters for talker in self.talkers]
        return sum(c.late + c.refused + c.spared + c.failed for c in counters)

    @property
    def mouths_kept(self) -> float:
        """The share of speaking frames whose mouth was made in time."""
        return self.mouths_made / max(1, self.mouths_made + self.mouths_missed)

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
        return (
            self.tick_ms(99) <= 1000 * FRAME_S
            and self.fps > 24.7
            and no_drops
            and (self.mouths_kept > 0.99)
        )


def talk(
    avatar: Avatar,
    pool: SessionPool,
    count: int,
    seconds: float,
    silent: bool = False,
    settle_s: float = 1.5,
    during: Script | None = None,
    keep_sound: bool = False,
) -> Run:
    """Let `count` streams run. `during` is a script: it yields the seconds to wait before it goes
    on, and begins when the streams have settled; the run ends with it, at the latest after
    `seconds`."""
    with (
        Speakers(count, silent) as speakers,
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
        ExitStack() as stack,
    ):
        talkers = [Talker(avatar, pool, sock, stack, keep_sound) for sock in speakers.sockets]
        return runner.run(_talk(talkers, speakers, seconds, settle_s, during))


async def _talk(
    talkers: list[Talker],
    speakers: Speakers,
    seconds: float,
    settle_s: float,
    during: Script | None,
) -> Run:
    count = len(talkers)
    tasks = [asyncio.create_task(t.run(n * FRAME_S / count)) for n, t in enumerate(talkers)]
    await asyncio.sleep(2 * FRAME_S)  # all of them are there to hear the first word
    speakers.begin()
    await asyncio.sleep(settle_s)
    begun_s, cpu_s = time.monotonic(), time.process_time()
    for talker in talkers:
        talker.stream.counters = StreamCounters()
        talker.ingest.counters = IngestCounters()
        talker.ear.speaker_late_s = 0.0
    end_s = begun_s + seconds
    for pause_s in during(talkers) if during else ():
        await asyncio.sleep(min(pause_s, max(0.0, end_s - time.monotonic())))
    await asyncio.sleep(max(0.0, end_s - time.monotonic()))
    run = Run(talkers, begun_s, time.monotonic(), time.process_time() - cpu_s)
    for task in tasks:
        task.cancel()
    for failure in await asyncio.gather(*tasks, return_exceptions=True):
        if isinstance(failure, Exception):
            raise failure
    return run
