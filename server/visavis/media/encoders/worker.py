"""A thread that encodes: the newest work first in line, the rest dropped and counted."""

import asyncio
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from visavis.engine.priority import PICTURES, give_way
from visavis.media.encoders.coded import Coded

_log = logging.getLogger(__name__)
Work = TypeVar("Work")
_CLOSE_S = 2.0
_CLOSE_POLL_S = 0.002


class EncoderThread(Generic[Work]):
    """Takes work at once and never waits. Bound: `waiting` pieces; the oldest go, counted."""

    def __init__(
        self,
        name: str,
        encode: Callable[[Work], Sequence[Coded]],
        deliver: Callable[[Sequence[Coded]], None],
        waiting: int,
        forget: Callable[[], None] = lambda: None,
        pictures: bool = True,
    ) -> None:
        """`encode` and `deliver` are called in the thread, and `forget` at its end, to let the
        encoder go: its memory is not to wait for the garbage collection of whoever holds it. What
        `encode` raises is counted. `pictures` give way to the event loop, and with it to sound."""
        self.dropped = 0
        self.failed = 0
        self._encode = encode
        self._deliver = deliver
        self._forget = forget
        self._queue: deque[Work] = deque(maxlen=waiting)
        self._wake = threading.Condition()
        self._closed = False
        self._pictures = pictures
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)
        self._thread.start()

    def put(self, work: Work) -> None:
        """Encode this when the thread is free."""
        with self._wake:
            self.dropped += len(self._queue) == self._queue.maxlen
            self._queue.append(work)
            self._wake.notify()

    @property
    def is_alive(self) -> bool:
        return self._thread.is_alive()

    def retire(self) -> None:
        """Drop what waits and let the thread end by itself, at most one piece later."""
        with self._wake:
            self._closed = True
            self._queue.clear()
            self._wake.notify()

    async def close(self) -> None:
        """Retire, and wait until the thread has ended."""
        self.retire()
        deadline_s = time.monotonic() + _CLOSE_S
        while self.is_alive and time.monotonic() < deadline_s:  # noqa: ASYNC110
            await asyncio.sleep(_CLOSE_POLL_S)

    def _work(self) -> None:
        if self._pictures:
            give_way(PICTURES)
        while (work := self._take()) is not None:
            try:
                coded = self._encode(work)
            except Exception:  # a codec's fault costs one picture, not the stream
                self.failed += 1
                _log.warning("%s failed once", self._thread.name, exc_info=True)
                continue
            if coded:
                self._deliver(coded)
            del work
        self._forget()
        del self._encode, self._deliver, self._forget  # who owns them also owns this

    def _take(self) -> Work | None:
        with self._wake:
            while not self._queue and not self._closed:
                self._wake.wait()
            return None if self._closed else self._queue.popleft()
