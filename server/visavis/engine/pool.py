"""The session pool: a few generator sessions, each with a thread of its own, shared by all."""

import logging
import math
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass

from visavis.core.region import Region
from visavis.engine.failures import Failures, Patience
from visavis.engine.generator import MouthModel
from visavis.engine.models import GeneratorError, PoolBusyError
from visavis.engine.plan import Plan, plain_plan
from visavis.engine.request import Float32, Planes, Request, RequestQueue
from visavis.engine.watch import Watch
from visavis.engine.worker import Worker

_log = logging.getLogger(__name__)
_CLOSE_S = 5.0
_NEWEST = 0.1  # weight of the newest run in the running mean


@dataclass
class PoolCounters:
    """What the pool did since it was opened."""

    runs: int = 0
    frames: int = 0
    failures: int = 0
    refused: int = 0  # the queue was full
    late: int = 0  # dropped because they could not have been ready in time
    replaced: int = 0  # sessions that hung or failed
    busy_s: float = 0.0  # summed over the sessions


class SessionPool:
    """Runs what is most urgent on the next free session, several single frames at once where that
    is faster, and drops what would be late. Sessions that hang or fail are replaced."""

    def __init__(
        self,
        model: MouthModel,
        plan: Plan | int | None = None,
        waiting: int = 64,
        patience: Patience | None = None,
        clock: Callable[[], float] = time.monotonic,
    ):
        """`plan` is the layout, or only the number of sessions; by default one per core. `waiting`
        bounds what is submitted and not yet begun. Raises `BundleError` if the model cannot be
        opened."""
        self.plan = plan if isinstance(plan, Plan) else plain_plan(plan)
        self.counters = PoolCounters()
        self._model = model
        self._clock = clock
        self._closed = False
        lock = threading.RLock()
        self._changed = threading.Condition(lock)
        self._queue = RequestQueue(waiting)
        self._free = 0  # workers that wait
        self._failures = Failures(patience or Patience())
        self._watch = Watch(patience or Patience(), clock, lock, self._lose)
        self._workers = [
            Worker(model, self, self.plan, f"generator-{n}") for n in range(self.sessions)
        ]
        self._fastest_s = min(worker.open() for worker in self._workers)
        self._mean_s = self._fastest_s
        self._watcher = threading.Thread(target=self._watch.run, name="generators", daemon=True)
        self._watcher.start()
        for worker in self._workers:
            worker.start()

    @property
    def sessions(self) -> int:
        """How many sessions there are."""
        return self.plan.sessions

    @property
    def window(self) -> Region:
        """The part of the ROI that mouths show."""
        return self._model.window

    @property
    def frame_ms(self) -> float:
        """One frame on one session, at warm-up."""
        return 1000 * self._fastest_s

    @property
    def well(self) -> bool:
        """False while sessions have failed too often of late."""
        with self._changed:
            return not self._failures.unwell(self._clock())

    def submit(
        self,
        keys: Sequence[int],
        audio: Float32,
        *,
        within_s: float = math.inf,
        speaking: bool = True,
        out: Planes | None = None,
    ) -> "Future[Planes]":
        """Generate the mouths [B, bytes] of the template frames `keys` [B] and audio [B, W, F],
        into `out` if it is given, in `within_s` seconds or not at all.

        `audio` must not change before the future is done. The future raises `GeneratorError`,
        `LateError` among them. Raises `PoolBusyError` at once if the queue is full of more urgent
        frames or the pool closed.
        """
        now_s = self._clock()
        request = Request(keys, audio, out, now_s + within_s, speaking)
        with self._changed:
            if self._closed:
                raise PoolBusyError("the generator pool is closed")
            try:
                self.counters.refused += self._queue.put(request, now_s)
            except PoolBusyError:
                self.counters.refused += 1
                raise
            self._changed.notify()
        return request.future

    def close(self) -> None:
        """Drop what waits, let finish what runs, end the threads."""
        with self._changed:
            self._closed = True
            self._queue.clear()
            self._watch.close()
            self._changed.notify_all()
            workers = list(self._workers)
        for worker in workers:
            worker.stop()
        for worker in workers:
            worker.join(_CLOSE_S)
        self._watcher.join(_CLOSE_S)

    def __enter__(self) -> "SessionPool":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def opened(self, worker: Worker) -> bool:
        """A worker's session is ready; see `visavis.engine.worker.Desk`."""
        with self._changed:
            self._watch.answered(worker)
            return worker in self._workers

    def next(self, worker: Worker) -> list[Request] | None:
        """Wait for work; None when the pool is closed."""
        with self._changed:
            while not self._closed:
                requests, late = self._queue.take(
                    self._clock(), self._expected_s, self.plan.batch, self._free + 1
                )
                self.counters.late += late
                if requests:
                    expected_s = self._expected_s(_frames(requests))
                    self._watch.runs(worker, requests, expected_s)
                    return requests
                self._free += 1
                self._changed.wait()
                self._free -= 1
        return None

    def done(self, worker: Worker, requests: Sequence[Request], mouths: Planes) -> bool:
        """Hand out what a run has made, unless its session was given up meanwhile."""
        with self._changed:
            seconds = self._watch.answered(worker)
            if seconds is None:
                return False
            self._count(len(mouths), seconds)
            self._mean_s += _NEWEST * (seconds / len(mouths) - self._mean_s)
        row = 0
        for request in requests:
            request.deliver(mouths[row : row + request.frames])
            row += request.frames
        return True

    def failed(self, worker: Worker, requests: Sequence[Request], error: Exception) -> None:
        """A worker's session is of no more use."""
        with self._changed:
            seconds = self._watch.answered(worker)
            if seconds is not None:
                if requests:
                    self._count(_frames(requests), seconds)
                self._lose(worker, requests, error)

    def _lose(self, worker: Worker, requests: Sequence[Request], error: Exception) -> None:
        """Put another worker in the place of one, and fail its requests."""
        self.counters.failures += 1
        worker.stop()
        if not self._closed:
            self._replace(worker, error)
        failure = error if isinstance(error, GeneratorError) else GeneratorError(str(error))
        for request in requests:
            request.fail(failure)

    def _replace(self, worker: Worker, error: Exception) -> None:
        pause_s = self._failures.add(self._clock())
        _log.warning("a generator session is replaced in %.0f s: %s", pause_s, error)
        place = self._workers.index(worker)
        self._workers[place] = Worker(self._model, self, self.plan, f"generator-{place}")
        self._watch.opens(self._workers[place], pause_s)
        self._workers[place].start(pause_s)
        self.counters.replaced += 1

    def _expected_s(self, frames: int) -> float:
        """How long a run may take. A burst of other work must not let everything look late."""
        return frames * min(self._mean_s, 2 * self._fastest_s)

    def _count(self, frames: int, seconds: float) -> None:
        self.counters.runs += 1
        self.counters.frames += frames
        self.counters.busy_s += seconds


def _frames(requests: Sequence[Request]) -> int:
    return sum(request.frames for request in requests)
