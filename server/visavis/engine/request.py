"""What callers ask of the pool, and the order in which it is served.

Speaking mouths come before everything else, then whoever must be ready first, then whoever came
first. What can no longer be ready in time is dropped, so that nothing queues behind it.
"""

import math
from bisect import insort
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from itertools import count

import numpy as np
from numpy.typing import NDArray

from visavis.engine.models import GeneratorError, PoolBusyError

Float32 = NDArray[np.float32]
Planes = NDArray[np.uint8]
_numbers = count()


class LateError(GeneratorError):
    """The frame could not have been ready in time and was dropped."""


@dataclass(eq=False)
class Request:
    """Mouths for the template frames `keys` [B] and the audio windows [B, W, F]."""

    keys: Sequence[int]
    audio: Float32
    out: Planes | None = None  # [B, bytes], where the mouths go; None: into a new array
    deadline_s: float = math.inf  # on the pool's clock
    speaking: bool = True
    future: "Future[Planes]" = field(default_factory=Future)
    number: int = field(default_factory=_numbers.__next__)

    @property
    def frames(self) -> int:
        return len(self.keys)

    @property
    def order(self) -> tuple[bool, float, int]:
        """Least first."""
        return not self.speaking, self.deadline_s, self.number

    def deliver(self, mouths: Planes) -> None:
        """Hand over the mouths, unless nobody waits for them any more."""
        if not self.future.set_running_or_notify_cancel():
            return
        if self.out is not mouths:
            self.out = self.out if self.out is not None else np.empty_like(mouths)
            np.copyto(self.out, mouths)
        self.future.set_result(self.out)

    def fail(self, error: GeneratorError) -> None:
        """Tell the caller, unless nobody waits any more."""
        if self.future.set_running_or_notify_cancel():
            self.future.set_exception(error)


class RequestQueue:
    """At most `most` requests that nobody has begun, most urgent first. Not locked."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._waiting: list[Request] = []

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, request: Request, now_s: float) -> int:
        """Take a request; return how many others had to go: cancelled and late ones for nothing,
        then the least urgent. Raises `PoolBusyError` if that is the new one."""
        gone = 0
        if len(self._waiting) >= self._most:
            gone = self._sweep(now_s)
        if len(self._waiting) >= self._most:
            if request.order >= self._waiting[-1].order:
                raise PoolBusyError("the generator pool is full")
            self._waiting.pop().fail(PoolBusyError("more urgent frames took this one's place"))
            gone += 1
        insort(self._waiting, request, key=lambda waiting: waiting.order)
        return gone

    def take(
        self, now_s: float, expected_s: Callable[[int], float], most_frames: int, share: int = 1
    ) -> tuple[list[Request], int]:
        """The most urgent request, or several single frames as one run, and how many late ones were
        dropped on the way.

        `expected_s` tells how long a run of so many frames takes, `most_frames` how many pay off,
        `share` how many sessions are free to divide the queue among them.
        """
        taken: list[Request] = []
        late = 0
        deadline_s = math.inf
        most = max(1, min(most_frames, -(-len(self._waiting) // share)))
        while self._waiting and len(taken) < most:
            request = self._waiting[0]
            if request.future.cancelled():
                self._waiting.pop(0)
            elif now_s + expected_s(request.frames) > request.deadline_s:
                self._waiting.pop(0).fail(LateError("the frame could not be made in time"))
                late += 1
            elif not taken or self._joins(taken, request, now_s, expected_s, deadline_s):
                taken.append(self._waiting.pop(0))
                deadline_s = min(deadline_s, request.deadline_s)
            else:
                break
        return taken, late

    def clear(self) -> None:
        """Cancel everything."""
        while self._waiting:
            self._waiting.pop().future.cancel()

    def _joins(
        self,
        taken: Sequence[Request],
        request: Request,
        now_s: float,
        expected_s: Callable[[int], float],
        deadline_s: float,
    ) -> bool:
        alone = request.frames == taken[0].frames == 1 and request.speaking == taken[0].speaking
        return alone and now_s + expected_s(len(taken) + 1) <= min(deadline_s, request.deadline_s)

    def _sweep(self, now_s: float) -> int:
        """Drop what is cancelled or late; return how many were late."""
        late = [r for r in self._waiting if r.deadline_s < now_s and not r.future.cancelled()]
        _fail_all(late, LateError("the frame could not be made in time"))
        self._waiting = [r for r in self._waiting if not r.future.done()]
        return len(late)


def _fail_all(requests: Iterable[Request], error: GeneratorError) -> None:
    for request in requests:
        request.fail(error)
