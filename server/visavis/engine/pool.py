"""The session pool: a few generator sessions, each with a thread of its own, shared by all."""

import queue
import threading
import time
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from visavis.engine.cores import usable_cores
from visavis.engine.models import GeneratorError, PoolBusyError, RoiGenerator, RoiModel

Float32 = NDArray[np.float32]
_WARM_UP_RUNS = 3
_CLOSE_S = 5.0


@dataclass
class PoolCounters:
    """What the pool did since it was opened."""

    runs: int = 0
    frames: int = 0
    failures: int = 0
    refused: int = 0
    busy_s: float = 0.0  # summed over the sessions


@dataclass(frozen=True)
class _Job:
    templates: Float32
    audio: Float32
    keys: Sequence[int]
    future: "Future[Float32]"


class SessionPool:
    """Runs batches on the next free session, in the order of submission."""

    def __init__(self, model: RoiModel, sessions: int | None = None, waiting: int = 64):
        """`sessions` defaults to the number of cores; `waiting` bounds what is submitted and not
        yet begun. Raises `BundleError` if the model cannot be opened."""
        self.sessions = sessions or usable_cores()
        self.counters = PoolCounters()
        self._lock = threading.Lock()
        self._closed = False
        self._waiting: queue.Queue[_Job | None] = queue.Queue(waiting)
        self._shapes = (
            (3, model.bundle.roi_size, model.bundle.roi_size),
            (model.bundle.window.rows, model.bundle.encoder.features),
        )
        generators = [model.open() for _ in range(self.sessions)]
        self.frame_ms = self._warm_up(generators)
        self._threads = [
            threading.Thread(
                target=self._work, args=(generator,), name=f"generator-{n}", daemon=True
            )
            for n, generator in enumerate(generators)
        ]
        for thread in self._threads:
            thread.start()

    def submit(
        self, templates: Float32, audio: Float32, keys: Sequence[int] = ()
    ) -> "Future[Float32]":
        """Generate ROIs [B, 3, R, R] for templates [B, 3, R, R], which are the template frames
        `keys`, and audio [B, W, F].

        The future raises `GeneratorError`. Raises `PoolBusyError` at once if the queue is full or
        the pool closed.
        """
        if self._closed:
            raise PoolBusyError("the generator pool is closed")
        job = _Job(templates, audio, keys, Future())
        try:
            self._waiting.put_nowait(job)
        except queue.Full:
            self.counters.refused += 1
            raise PoolBusyError("the generator pool is full") from None
        return job.future

    def close(self) -> None:
        """Drop what waits, let finish what runs, end the threads."""
        self._closed = True
        while not self._waiting.empty():
            job = self._waiting.get()
            if job is not None:
                job.future.cancel()
        for _ in self._threads:
            self._waiting.put(None)
        for thread in self._threads:
            thread.join(_CLOSE_S)

    def __enter__(self) -> "SessionPool":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _work(self, generator: RoiGenerator) -> None:
        while (job := self._waiting.get()) is not None:
            if job.future.set_running_or_notify_cancel():
                self._run(generator, job)

    def _run(self, generator: RoiGenerator, job: _Job) -> None:
        start = time.perf_counter()
        try:
            roi = generator.generate(job.templates, job.audio, job.keys)
        except GeneratorError as error:
            self._count(job, start, failures=1)
            job.future.set_exception(error)
            return
        self._count(job, start, failures=0)
        job.future.set_result(roi)

    def _count(self, job: _Job, start_s: float, failures: int) -> None:
        with self._lock:
            self.counters.runs += 1
            self.counters.frames += len(job.templates)
            self.counters.failures += failures
            self.counters.busy_s += time.perf_counter() - start_s

    def _warm_up(self, generators: list[RoiGenerator]) -> float:
        """Run every session once at least; return the ms of one frame on one session."""
        template, audio = (np.zeros((1, *shape), np.float32) for shape in self._shapes)
        times = []
        for generator in generators:
            for _ in range(_WARM_UP_RUNS):
                start = time.perf_counter()
                generator.generate(template, audio)
                times.append(time.perf_counter() - start)
        return 1000 * min(times)
