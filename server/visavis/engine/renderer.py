"""The fast path for files: speech steps in, frames out in order, batches on the session pool."""

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future

import numpy as np

from visavis.core.canvas import Canvas
from visavis.core.compositor import Frame
from visavis.core.recycler import Recycler
from visavis.core.template import Template
from visavis.engine.features import SpeechStep
from visavis.engine.pool import SessionPool
from visavis.engine.request import Planes

_Batch = tuple[list[SpeechStep], "Future[Planes] | None"]


class Renderer:
    """Keeps at most two batches per session in flight; memory does not grow with the clip."""

    def __init__(self, template: Template, pool: SessionPool, batch: int) -> None:
        self._template = template
        self._canvas = Canvas(template, pool.window)
        self._pool = pool
        self._batch = batch
        self._most = 2 * pool.sessions
        shape = (batch, pool.window.planes_bytes)
        self._mouths = Recycler(shape, np.uint8, most=self._most + 2)

    def frames(self, steps: Iterable[SpeechStep]) -> Iterator[Frame]:
        """One yuv420p frame per step, which stays as it is while anybody refers to it. Raises
        `GeneratorError` if the generator fails."""
        flying: deque[_Batch] = deque()
        for batch in self._batches(steps):
            flying.append(self._launch(batch))
            if len(flying) > self._most:
                yield from self._land(flying.popleft())
        while flying:
            yield from self._land(flying.popleft())

    def _batches(self, steps: Iterable[SpeechStep]) -> Iterator[list[SpeechStep]]:
        """Steps in order, at most `batch` speaking ones together."""
        group: list[SpeechStep] = []
        speaking = 0
        for step in steps:
            group.append(step)
            speaking += step.speaking
            if speaking == self._batch or len(group) >= 4 * self._batch:
                yield group
                group, speaking = [], 0
        if group:
            yield group

    def _launch(self, steps: list[SpeechStep]) -> _Batch:
        speaking = [step for step in steps if step.speaking]
        if not speaking:
            return steps, None
        keys = [self._template.index(step.frame) for step in speaking]
        audio = np.stack([step.audio for step in speaking])
        out = self._mouths.take()[: len(speaking)]
        return steps, self._pool.submit(keys, audio, out=out)

    def _land(self, batch: _Batch) -> Iterator[Frame]:
        steps, future = batch
        mouths = iter(future.result() if future else ())
        for step in steps:
            index = self._template.index(step.frame)
            if step.speaking:
                yield self._canvas.speaking(index, next(mouths), step.gain)
            else:
                yield self._canvas.idle(index)
