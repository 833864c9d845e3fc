"""One generator session with a thread and buffers of its own."""

import math
import threading
import time
from collections.abc import Sequence
from typing import Protocol

import numpy as np

from visavis.engine.generator import MouthGenerator, MouthModel
from visavis.engine.plan import Plan
from visavis.engine.request import Float32, Planes, Request

_WARM_UP_RUNS = 3


class Desk(Protocol):
    """Where workers get their work and tell how it went, each from its own thread."""

    def opened(self, worker: "Worker") -> bool:
        """The session is ready. False: it is not wanted any more."""

    def next(self, worker: "Worker") -> list[Request] | None:
        """Wait for work; None: there will be none."""

    def done(self, worker: "Worker", requests: Sequence[Request], mouths: Planes) -> bool:
        """A run has ended well. False: the session is not wanted any more."""

    def failed(self, worker: "Worker", requests: Sequence[Request], error: Exception) -> None:
        """The session is of no more use."""


class Buffers:
    """Inputs and outputs of one session, reused by every run. A hung run that wakes up one day
    writes here, where nobody reads any more."""

    def __init__(self, model: MouthModel, batch: int) -> None:
        bundle = model.bundle
        self._window = (bundle.window.rows, bundle.encoder.features)
        self._bytes = model.window.planes_bytes
        self._make(batch)

    def gather(self, requests: Sequence[Request]) -> tuple[Sequence[int], Float32]:
        """The inputs of several requests as one batch."""
        if len(requests) == 1:
            return requests[0].keys, requests[0].audio
        self._fit(len(requests))
        for row, request in enumerate(requests):
            self.audio[row] = request.audio[0]
        return [request.keys[0] for request in requests], self.audio[: len(requests)]

    def place(self, requests: Sequence[Request]) -> Planes:
        """Where their mouths are made: at once where they are wanted, if no hurry parts the caller
        from a run that goes on."""
        first = requests[0]
        if len(requests) == 1 and first.out is not None and first.deadline_s == math.inf:
            return first.out
        frames = sum(request.frames for request in requests)
        self._fit(frames)
        return self.mouths[:frames]

    def _fit(self, frames: int) -> None:
        if frames > len(self.mouths):
            self._make(frames)

    def _make(self, batch: int) -> None:
        self.audio = np.zeros((batch, *self._window), np.float32)
        self.mouths = np.zeros((batch, self._bytes), np.uint8)


class Worker:
    """Runs what the desk gives it until the desk or the session gives up."""

    def __init__(self, model: MouthModel, desk: Desk, plan: Plan, name: str) -> None:
        self._model = model
        self._desk = desk
        self._plan = plan
        self._buffers = Buffers(model, plan.batch)
        self._generator: MouthGenerator | None = None
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)
        self._pause_s = 0.0
        self._hurry = threading.Event()

    def open(self) -> float:
        """Open the session and run it a few times; return the seconds of one frame.

        Raises `BundleError` and `GeneratorError`.
        """
        generator = self._model.open(self._plan.threads)
        times = []
        for _ in range(_WARM_UP_RUNS):
            begun = time.perf_counter()
            generator.generate([0], self._buffers.audio[:1], self._buffers.mouths[:1])
            times.append(time.perf_counter() - begun)
        for batch in range(2, min(self._plan.batch, generator.most) + 1):
            audio, mouths = self._buffers.audio[:batch], self._buffers.mouths[:batch]
            generator.generate([0] * batch, audio, mouths)  # what it makes ready for each batch
        self._generator = generator
        return min(times)

    def start(self, pause_s: float = 0.0) -> None:
        """Begin, after a pause that `stop` ends."""
        self._pause_s = pause_s
        self._thread.start()

    def stop(self) -> None:
        """Do not wait for the end of the pause."""
        self._hurry.set()

    def join(self, timeout_s: float) -> None:
        """Wait for the thread, if it was started."""
        if self._thread.ident is not None:
            self._thread.join(timeout_s)

    def _work(self) -> None:
        if self._pause_s:
            self._hurry.wait(self._pause_s)
        try:
            if self._generator is None:
                self.open()
        except Exception as error:  # whatever it is, the session cannot be had now
            self._desk.failed(self, (), error)
            return
        wanted = self._desk.opened(self)
        while wanted and (requests := self._desk.next(self)) is not None:
            wanted = self._serve(requests)

    def _serve(self, requests: Sequence[Request]) -> bool:
        assert self._generator is not None
        (keys, audio), mouths = self._buffers.gather(requests), self._buffers.place(requests)
        try:
            for first in range(0, len(keys), self._generator.most):
                rows = slice(first, first + self._generator.most)
                self._generator.generate(keys[rows], audio[rows], mouths[rows])
        except Exception as error:  # a generator's own, or whatever its runtime raises
            self._desk.failed(self, requests, error)
            return False
        return self._desk.done(self, requests, mouths)
