"""The session pool: a few generator sessions, each with a thread of its own, shared by all."""

import os
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from visavis.engine.models import Generator, GeneratorError, GeneratorModel, PoolBusyError

Float32 = NDArray[np.float32]
_WARM_UP_RUNS = 3


@dataclass
class PoolCounters:
    """What the pool did since it was opened."""

    runs: int = 0
    frames: int = 0
    failures: int = 0
    refused: int = 0
    busy_s: float = 0.0  # summed over the sessions


class SessionPool:
    """Runs batches on the next free session, in the order of submission."""

    def __init__(self, model: GeneratorModel, sessions: int | None = None, waiting: int = 64):
        """`sessions` defaults to the number of cores; `waiting` bounds what is submitted and not
        yet done. Raises `BundleError` if the model cannot be opened."""
        self.sessions = sessions or os.cpu_count() or 1
        self.counters = PoolCounters()
        self._places = threading.BoundedSemaphore(waiting + self.sessions)
        self._lock = threading.Lock()
        self._idle: list[Generator] = [model.open() for _ in range(self.sessions)]
        self._executor = ThreadPoolExecutor(self.sessions, thread_name_prefix="generator")
        self._shapes = (
            (3, model.bundle.roi_size, model.bundle.roi_size),
            (model.bundle.window.rows, model.bundle.encoder.features),
        )
        self.frame_ms = self._warm_up()

    def submit(self, templates: Float32, audio: Float32) -> "Future[Float32]":
        """Generate ROIs [B, 3, R, R] for templates [B, 3, R, R] and audio [B, W, F].

        The future raises `GeneratorError`. Raises `PoolBusyError` at once if the queue is full or
        the pool closed.
        """
        if not self._places.acquire(blocking=False):
            self.counters.refused += 1
            raise PoolBusyError("the generator pool is full")
        try:
            future = self._executor.submit(self._run, templates, audio)
        except RuntimeError as error:
            self._places.release()
            raise PoolBusyError("the generator pool is closed") from error
        future.add_done_callback(lambda _: self._places.release())
        return future

    def close(self) -> None:
        """Finish what runs, drop what waits, end the threads."""
        self._executor.shutdown(wait=True, cancel_futures=True)

    def __enter__(self) -> "SessionPool":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _run(self, templates: Float32, audio: Float32) -> Float32:
        with self._lock:
            generator = self._idle.pop()
        start = time.perf_counter()
        try:
            roi = generator.generate(templates, audio)
        except GeneratorError:
            with self._lock:
                self.counters.failures += 1
            raise
        finally:
            with self._lock:
                self._idle.append(generator)
                self.counters.runs += 1
                self.counters.frames += len(templates)
                self.counters.busy_s += time.perf_counter() - start
        return roi

    def _warm_up(self) -> float:
        """Run every session once at least; return the ms of one frame on one session."""
        template, audio = (np.zeros((1, *shape), np.float32) for shape in self._shapes)
        times = []
        for generator in self._idle:
            for _ in range(_WARM_UP_RUNS):
                start = time.perf_counter()
                generator.generate(template, audio)
                times.append(time.perf_counter() - start)
        return 1000 * min(times)
