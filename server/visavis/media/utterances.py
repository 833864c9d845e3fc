"""A feed that tells how far each of its utterances has been heard, and once how it ended."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from visavis.core.timeline import OUTPUT_RATE
from visavis.media.pcmfeed import PcmFeed

Float32 = NDArray[np.float32]


@dataclass(frozen=True)
class Played:
    """How much of utterance `number`, counted from 1, has left the stream."""

    number: int
    seconds: float


class Utterances(PcmFeed):
    """`finished` is called exactly once for each utterance, at its end or at an interrupt."""

    def __init__(
        self, finished: Callable[[Played, bool], None], drop: Callable[[], int] = lambda: 0
    ) -> None:
        """Of `finished` the second argument tells whether it was interrupted. `drop` is called at
        an interrupt: it drops sound that was to be pushed later, and returns how many utterances
        of it had not begun."""
        super().__init__(ended=self._ended)
        self._finished = finished
        self._drop = drop
        self._begun: deque[tuple[int, int]] = deque()  # number, place of the first sample

    @property
    def is_open(self) -> bool:
        """Whether an utterance has begun and is not complete."""
        return self._open

    @property
    def played(self) -> Played | None:
        """Of the utterance that is being heard, or is next; None: none is under way."""
        return self._heard(*self._begun[0]) if self._begun else None

    def push(self, samples: Float32) -> None:
        """See `PcmFeed`."""
        newest, place = self.utterance, self._pulled + self._queued
        super().push(samples)
        if self.utterance > newest:
            self._begun.append((self.utterance, place))

    def interrupt(self) -> None:
        """See `PcmFeed`."""
        over = [self._heard(*begun) for begun in self._begun]
        for _ in range(self._drop()):
            self.utterance += 1
            over.append(Played(self.utterance, 0.0))
        self._begun.clear()
        super().interrupt()
        for played in over:
            self._finished(played, True)

    def _heard(self, number: int, place: int) -> Played:
        return Played(number, max(0, self.released - place) / OUTPUT_RATE)

    def _ended(self, number: int) -> None:
        while self._begun and self._begun[0][0] <= number:
            self._finished(self._heard(*self._begun.popleft()), False)
