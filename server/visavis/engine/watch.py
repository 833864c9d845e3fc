"""Leases: how long a session of the pool may take to answer, and who looks at it."""

import math
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from visavis.engine.failures import Patience
from visavis.engine.models import GeneratorError
from visavis.engine.request import Request
from visavis.engine.worker import Worker

_LOOK_S = 0.05  # between two looks while something runs
_GENEROUS = 8  # times what a run should take
Lost = Callable[[Worker, Sequence[Request], Exception], None]


class HungError(GeneratorError):
    """A session did not answer within its lease."""


@dataclass(frozen=True)
class _Lease:
    begun_s: float
    until_s: float
    requests: Sequence[Request]


class Watch:
    """What every worker is at. All calls are made under the pool's lock."""

    def __init__(
        self, patience: Patience, clock: Callable[[], float], lock: threading.RLock, lost: Lost
    ) -> None:
        """`lost` is told of a worker whose lease has run out."""
        self._patience = patience
        self._clock = clock
        self._changed = threading.Condition(lock)
        self._lost = lost
        self._leases: dict[Worker, _Lease] = {}
        self._closed = False

    def opens(self, worker: Worker, pause_s: float) -> None:
        """A worker opens its session after a pause."""
        self._begin(worker, pause_s + self._patience.open_s, ())

    def runs(self, worker: Worker, requests: Sequence[Request], expected_s: float) -> None:
        """A worker begins a run."""
        hurried = any(request.deadline_s < math.inf for request in requests)
        least_s = self._patience.lease_s if hurried else self._patience.file_lease_s
        self._begin(worker, max(least_s, _GENEROUS * expected_s), requests)

    def answered(self, worker: Worker) -> float | None:
        """The seconds that a worker took; None if it has no lease any more."""
        lease = self._leases.pop(worker, None)
        return self._clock() - lease.begun_s if lease else None

    def close(self) -> None:
        """Let `run` end."""
        self._closed = True
        self._changed.notify()

    def run(self) -> None:
        """Look now and then while something runs, not at all while nothing does. A thread's
        target."""
        with self._changed:
            while not self._closed:
                self._changed.wait(_LOOK_S if self._leases else None)
                self._look()

    def _begin(self, worker: Worker, lease_s: float, requests: Sequence[Request]) -> None:
        if not self._leases:
            self._changed.notify()
        now_s = self._clock()
        self._leases[worker] = _Lease(now_s, now_s + lease_s, requests)

    def _look(self) -> None:
        now_s = self._clock()
        for worker, lease in list(self._leases.items()):
            if now_s > lease.until_s and not self._closed:
                del self._leases[worker]
                silent_ms = 1000 * (now_s - lease.begun_s)
                error = HungError(f"the generator has not answered for {silent_ms:.0f} ms")
                self._lost(worker, lease.requests, error)
