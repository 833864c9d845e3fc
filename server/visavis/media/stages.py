"""The stages of a server: it admits them up to a limit, knows them by name, and ends them all."""

import asyncio
import logging
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from visavis.core.latency import LATENCIES, Latency
from visavis.engine.pool import SessionPool
from visavis.errors import OccupiedError, ServerFullError
from visavis.media.counters import accumulate
from visavis.media.ingest import IngestCounters
from visavis.media.stage import Actor, Stage
from visavis.media.streamcounters import StreamCounters

_log = logging.getLogger(__name__)
_RETRY_AFTER_S = 10
_CLOSE_S = 7.0  # a stage gives its guests five
_SECRET_BYTES = 24


class Stages:
    """Opens, finds and ends stages. An empty stage that only lingers takes up no place."""

    def __init__(
        self, limit: int, pool: SessionPool, latency: Latency = LATENCIES["balanced"]
    ) -> None:
        self.limit = limit
        self.latency = latency
        self.accepted = 0
        self.rejected = 0
        self.ended: dict[str, int] = {}  # reason → stages
        self.past_frames = StreamCounters()  # of the stages that have ended
        self.past_sound = IngestCounters()
        self.past_dropped = 0  # frames and packets that viewers were too slow for
        self.opened: list[Callable[[Stage], object]] = []  # called with each new stage
        self.pool = pool
        self._stages: dict[str, Stage] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._reserved = 0
        self._closing = False

    @property
    def live(self) -> list[Stage]:
        return list(self._stages.values())

    @property
    def free(self) -> int:
        """Places that a new stage could take."""
        taken = sum(stage.seats > 0 for stage in self.live)
        return 0 if self._closing else self.limit - taken - self._reserved

    def find(self, name: str) -> Stage | None:
        """The stage of that name, unless it is on its way out."""
        stage = self._stages.get(name)
        return None if stage is None or stage.ending.is_set() else stage

    def find_private(self, secret: str) -> Stage | None:
        """The private stage of that name, even while it is on its way out."""
        stage = self._stages.get(secret)
        return stage if stage and stage.private else None

    @contextmanager
    def place(self, name: str | None, actor: Actor) -> Iterator[None]:
        """Reserve a place before anything is allocated for it: that of a stage that is there, or
        a free one. On leaving it is free again, unless `open` has filled it and somebody sits.

        Raises `ServerFullError`, and `OccupiedError` if another avatar is on that stage.
        """
        stage = self.find(name) if name else None
        self._require_open()
        if stage:
            _require_same(stage, actor)
            with stage.hold():
                yield
            return
        self._reserve(name)
        try:
            yield
        finally:
            self._reserved -= 1

    def open(self, name: str | None, actor: Actor) -> Stage:
        """The stage of that name, a new one if there is none; None: a private one of its own.

        Within `place`. Somebody must sit down before anything is awaited, or the stage ends.
        """
        stage = self.find(name) if name else None
        if stage:
            _require_same(stage, actor)
            return stage
        if len(self._stages) >= self.limit:  # then one of them only lingers
            next(stage for stage in self.live if not stage.seats).end()
        self.accepted += 1
        secret = secrets.token_urlsafe(_SECRET_BYTES)
        stage = Stage(name or secret, actor, self.pool, name is None, self.latency)
        self._stages[stage.name] = stage
        self._tasks[stage.name] = asyncio.create_task(self._own(stage))
        for tell in self.opened:
            tell(stage)
        return stage

    def _require_open(self) -> None:
        if self._closing:
            self.rejected += 1
            raise ServerFullError("The server is shutting down; try again soon.", _RETRY_AFTER_S)

    def _reserve(self, name: str | None) -> None:
        if name in self._stages:
            raise ServerFullError(f"The stage {name} is closing; try again soon.", 1)
        if self.free <= 0:
            self.rejected += 1
            raise ServerFullError(
                f"All {self.limit} places are taken; try again in a little while.", _RETRY_AFTER_S
            )
        self._reserved += 1

    def refuse(self) -> None:
        """Admit no more."""
        self._closing = True

    async def close(self) -> None:
        """Admit no more, end every stage, and wait until all are gone; cancel stragglers."""
        self.refuse()
        for stage in self.live:
            stage.end()
        tasks = list(self._tasks.values())
        if not tasks:
            return
        _, late = await asyncio.wait(tasks, timeout=_CLOSE_S)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    async def _own(self, stage: Stage) -> None:
        reason = "failed"
        try:
            reason = await stage.run()
        except Exception:  # one stage's fault must not reach another's
            _log.exception("a stage failed")
        finally:
            self.ended[reason] = self.ended.get(reason, 0) + 1
            accumulate(self.past_frames, stage.stream.counters)
            accumulate(self.past_sound, stage.sound.counters)
            self.past_dropped += stage.dropped
            del self._stages[stage.name], self._tasks[stage.name]
            _log.info("a stage of %s closed: %s", stage.actor.bundle.id, reason)


def _require_same(stage: Stage, actor: Actor) -> None:
    there = stage.actor.bundle.id
    if there != actor.bundle.id:
        raise OccupiedError(
            f"Another avatar, {there}, is on the stage {stage.name}; take another name for yours."
        )
