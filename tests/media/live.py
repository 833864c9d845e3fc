"""A live stream on a clock of its own, for tests: microphone, pool and outlet in one place."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from visavis.avatars import Avatar
from visavis.core.compositor import Frame, planes
from visavis.engine.generator import MouthModel
from visavis.engine.models import GeneratorError, PoolBusyError
from visavis.engine.pool import SessionPool
from visavis.engine.request import Planes
from visavis.media.ingest import Ingest
from visavis.media.stream import AvatarStream

Float32 = NDArray[np.float32]


class InlinePool(SessionPool):
    """Generates while it is asked, so that no test depends on how fast threads are."""

    def __init__(self, model: MouthModel) -> None:
        super().__init__(model, 1)
        self._inline = model.open()
        self.asked = 0

    def __enter__(self) -> Self:
        return self

    def submit(
        self, keys: Sequence[int], audio: Float32, *, out: Planes | None = None, **options: Any
    ) -> "Future[Planes]":
        self.asked += 1
        future: Future[Planes] = Future()
        assert out is not None
        try:
            self._inline.generate(keys, audio, out)
            future.set_result(out)
        except GeneratorError as error:
            future.set_exception(error)
        return future


class HangingPool(InlinePool):
    """Never finishes a frame while `hanging`, and refuses it while `full`."""

    hanging = False
    full = False

    def submit(self, keys: Sequence[int], audio: Float32, **options: Any) -> "Future[Planes]":
        if self.full:
            raise PoolBusyError("full")
        return Future() if self.hanging else super().submit(keys, audio, **options)


@dataclass
class Release:
    tick: int
    pictured: bool  # False: the sound came alone
    lit: bool
    sound: Float32
    time_s: float


@dataclass
class Studio:
    """A clock that only sleeping moves, a microphone that keeps pace with it, and an outlet."""

    clip: Float32
    ingest: Ingest = field(default_factory=Ingest)
    now_s: float = 1000.0
    releases: list[Release] = field(default_factory=list)
    before: Callable[[int], None] = lambda _: None  # called ahead of each release with its tick
    holds: dict[int, float] = field(default_factory=dict)  # sleep number → seconds overslept
    passes: int = 0  # of the loop, before sound that has come is read
    _enough: asyncio.Event = field(default_factory=asyncio.Event)
    _wanted: int = 0
    _sleeps: int = 0
    _sent: int = 0

    def clock(self) -> float:
        return self.now_s

    async def sleep(self, seconds: float) -> None:
        if self._enough.is_set():
            await asyncio.Event().wait()  # for ever: the test has seen enough
        self.now_s += seconds + self.holds.get(self._sleeps, 0.0)
        self._sleeps += 1
        if self.passes:
            self._later(self._read, self.passes)
        else:
            self._read()
        await asyncio.sleep(0)

    def _later(self, read: Callable[[], None], passes: int) -> None:
        step = read if passes == 1 else lambda: self._later(read, passes - 1)
        asyncio.get_running_loop().call_soon(step)

    def _read(self) -> None:
        due = round((self.now_s - 1000.0) * 48_000)
        self.ingest.push(self.clip[self._sent : due])
        self._sent = max(self._sent, due)

    def release(self, tick: int, frame: Frame | None, sound: Float32) -> None:
        pictured = frame is not None
        lit = frame is not None and float(planes(frame)[0][100:140, 100:140].mean()) > 128
        self.releases.append(Release(tick, pictured, lit, sound, self.now_s))
        if len(self.releases) >= self._wanted:
            self._enough.set()
        self.before(tick + 1)

    async def run(self, avatar: Avatar, pool: SessionPool, count: int) -> AvatarStream:
        """Play until `count` frames are out."""
        stream = AvatarStream(
            avatar.template, avatar.features, pool, self.ingest, self, self.clock, self.sleep
        )
        await self.play(stream, count)
        return stream

    async def play(self, stream: AvatarStream, count: int) -> None:
        """Let a stream run until `count` frames are out."""
        self._wanted = count
        running = asyncio.create_task(stream.run())
        enough = asyncio.create_task(self._enough.wait())
        await asyncio.wait((running, enough), return_when=asyncio.FIRST_COMPLETED)
        assert not running.done(), "the stream ended by itself"
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    def heard(self) -> Float32:
        return np.concatenate([release.sound for release in self.releases])

    def wrongly_lit(self) -> list[int]:
        """Ticks whose lamp does not show what their sound says, edges of tones aside."""
        wrong = []
        for release in self.releases:
            loud = np.abs(release.sound.reshape(8, -1)).max(axis=1) > 0.25
            if loud.all() != loud.any() or not release.pictured:
                continue
            wrong += [release.tick] if release.lit != loud.all() else []
        return wrong
