"""A stage: one avatar, one sound source at a time, any number of viewers and outputs.

A private talk is a stage too, one with a name that nobody can guess. `run` owns everything that
the stage has. It lives while somebody holds a seat, and a little longer, so that a guest whose
network changed finds the avatar as he left it.
"""

import asyncio
import logging
from collections.abc import Coroutine, Iterator
from contextlib import AsyncExitStack, contextmanager
from typing import Any, Protocol

from visavis.core.bundle import Bundle
from visavis.core.latency import LATENCIES, Latency
from visavis.core.speech import SpeechState
from visavis.core.template import Template
from visavis.engine.features import FeatureStream
from visavis.engine.pool import SessionPool
from visavis.media.broadcast import Broadcast
from visavis.media.fanout import Fanout
from visavis.media.stream import AvatarStream
from visavis.media.switch import SourceSwitch
from visavis.media.waiting import cancelled, first, outcome

_log = logging.getLogger(__name__)
LINGER_S = 10.0  # how long an empty stage waits for somebody to come back
_CAPTION = 500  # characters that are shown
_CLOSE_S = 5.0


class Actor(Protocol):
    """What a stage needs of an avatar."""

    @property
    def bundle(self) -> Bundle: ...

    @property
    def template(self) -> Template: ...

    @property
    def cut_out(self) -> Template:
        """The same without a background; the first use takes seconds."""

    def features(self, latency: Latency) -> FeatureStream:
        """A fresh audio half of the pipeline."""


class Stage:
    """One live avatar. `fanout` takes outputs, `sound` the source that it speaks."""

    def __init__(
        self,
        name: str,
        actor: Actor,
        pool: SessionPool,
        private: bool = False,
        latency: Latency = LATENCIES["balanced"],
    ) -> None:
        self.name = name
        self.actor = actor
        self.private = private
        self.fanout = Fanout()
        self.sound = SourceSwitch()
        self.stream = AvatarStream(
            actor.template,
            lambda: actor.features(latency),
            pool,
            self.sound,
            self.fanout,
            clock=asyncio.get_running_loop().time,
            latency=latency,
        )
        self._broadcasts: dict[int, Broadcast] = {}  # by the id of their canvas
        self._caption = ""
        self.stream.listeners.append(self._spoke)
        self.ending = asyncio.Event()  # guests go when it is set
        self._live = asyncio.Event()
        self._seats = 0
        self._moved = asyncio.Event()  # set at each change of `_seats`
        self._guests: set[asyncio.Task[str]] = set()
        self._farewell = "nobody came"  # why the last guest left

    @property
    def seats(self) -> int:
        """How many guests and outputs keep the stage alive."""
        return self._seats

    @property
    def caption(self) -> str:
        """What is being said, where its text is known; empty once the mouth rests."""
        return self._caption

    @caption.setter
    def caption(self, text: str) -> None:
        self._caption = text[:_CAPTION]

    def _spoke(self, state: SpeechState) -> None:
        if state is SpeechState.IDLE:
            self._caption = ""

    @property
    def is_live(self) -> bool:
        """Whether anybody has seen it yet."""
        return self._live.is_set()

    def broadcast(self, canvas: Template | None = None) -> Broadcast:
        """Where viewers subscribe. `canvas` is another template to compose each frame for, such
        as that of the person cut out; None: the avatar's own."""
        canvas = canvas or self.actor.template
        if id(canvas) not in self._broadcasts:
            height, width = canvas.idle(0).shape
            broadcast = self._broadcasts[id(canvas)] = Broadcast(width, height * 2 // 3)
            if canvas is self.actor.template:
                self.fanout.add(broadcast)
            else:
                self.stream.show(canvas, broadcast)
        return self._broadcasts[id(canvas)]

    @property
    def broadcasts(self) -> tuple[Broadcast, ...]:
        """Those that somebody has asked for."""
        return tuple(self._broadcasts.values())

    @property
    def dropped(self) -> int:
        """Frames and packets that encoders and viewers were too slow for."""
        counters = [broadcast.counters for broadcast in self.broadcasts]
        return sum(part.dropped + part.lost for part in counters)

    @contextmanager
    def hold(self) -> Iterator[None]:
        """Keep the stage alive."""
        self._sit(1)
        try:
            yield
        finally:
            self._sit(-1)

    def _sit(self, change: int) -> None:
        self._seats += change
        self._moved.set()

    def begin(self) -> None:
        """Somebody is there to see: let the stream run. Beginning twice is beginning once."""
        self._live.set()

    def end(self) -> None:
        """Ask the stage to end; `run` returns soon after."""
        self.ending.set()

    def welcome(self, stay: Coroutine[Any, Any, str]) -> "asyncio.Task[str]":
        """Let a guest stay in a seat of his own; he returns why he left."""
        guest = asyncio.create_task(self._seat(stay))
        self._guests.add(guest)
        guest.add_done_callback(self._guests.discard)
        self._sit(1)
        return guest

    async def _seat(self, stay: Coroutine[Any, Any, str]) -> str:
        reason = "failed"
        try:
            reason = await stay
        except Exception:  # one guest's fault must not reach another's
            _log.exception("a guest of the stage failed")
        finally:
            self._farewell = reason
            self._sit(-1)
        return reason

    async def run(self) -> str:
        """Live until it is deserted, ended, or its stream fails; return which it was."""
        async with AsyncExitStack() as stack:
            stack.push_async_callback(self._close_broadcasts)
            stack.push_async_callback(self._dismiss)
            stream = asyncio.create_task(self._stream())
            stack.push_async_callback(cancelled, stream)
            await first(self.ending.wait(), self._deserted(), outcome(stream))
            ended = self.ending.is_set()
            self.ending.set()
            if stream.done():
                _log.error("the stream failed", exc_info=stream.exception())
                return "stream failed"
            return "ended" if ended else self._farewell

    async def _close_broadcasts(self) -> None:
        for broadcast in self.broadcasts:
            await broadcast.close()

    async def _stream(self) -> None:
        await self._live.wait()
        try:
            await self.stream.run()
        finally:
            self.stream.forget()

    async def _deserted(self) -> None:
        """Return when nobody has held a seat for `LINGER_S`; at once if nobody ever came."""
        while True:
            self._moved.clear()
            linger_s = LINGER_S if self._live.is_set() else 0.0
            try:
                async with asyncio.timeout(None if self._seats else linger_s):
                    await self._moved.wait()
            except TimeoutError:
                return

    async def _dismiss(self) -> None:
        """Wait until every guest has left; cancel stragglers."""
        if not self._guests:
            return
        _, late = await asyncio.wait(tuple(self._guests), timeout=_CLOSE_S)
        for guest in late:
            guest.cancel()
        await asyncio.gather(*late, return_exceptions=True)
