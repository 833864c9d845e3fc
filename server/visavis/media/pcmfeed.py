"""Speech that is made faster than it is spoken: taken on credit, spoken at its own pace."""

from collections import deque
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from visavis.core.timeline import OUTPUT_RATE
from visavis.errors import VisavisError
from visavis.media.ingest import IngestCounters

Float32 = NDArray[np.float32]
MOST_S = 30.0


class FeedFullError(VisavisError):
    """More sound was sent than there is credit for; nothing of it was taken."""

    status = 429


class PcmFeed:
    """Mono 48 kHz pushed at any rate up to the credit, pulled in exact pieces.

    Bound: 30 s; what exceeds it is refused whole. Underflow: silence, counted. `released` and
    `ended` tell what has been heard at the stream's output, not what was pulled.
    """

    def __init__(self, ended: Callable[[int], None] | None = None, most_s: float = MOST_S) -> None:
        """`ended` is called with the number of an utterance, from 1 on, when its last sample has
        left the stream."""
        self.counters = IngestCounters()
        self.released = 0  # samples that have left the stream, of all utterances
        self.gave_filler = True  # the newest pull gave nothing but filler
        self.utterance = 0  # number of the newest utterance that was begun
        self._most = round(most_s * OUTPUT_RATE)
        self._on_end = ended
        self._pieces: deque[Float32] = deque()
        self._queued = 0
        self._pulled = 0
        self._open = False  # the newest utterance has not ended
        self._ends: deque[tuple[int, int]] = deque()  # place of the end, number of the utterance

    @property
    def room(self) -> int:
        """Samples that may be pushed now: the credit."""
        return self._most - self._queued

    @property
    def queued(self) -> int:
        """Samples that wait to be spoken."""
        return self._queued

    @property
    def ahead(self) -> int:
        """Samples that may be pulled ahead of their time."""
        return self._queued

    @property
    def buffered_s(self) -> float:
        """What new sound must wait for: nothing, as an avatar that is silent begins at once."""
        return 0.0

    def push(self, samples: Float32) -> None:
        """Take sound [n]; the first after an end begins an utterance.

        Raises `FeedFullError` if there is no room for all of it.
        """
        if len(samples) > self.room:
            raise FeedFullError(
                f"There is room for {self.room / OUTPUT_RATE:.2f} s of sound; wait for credit."
            )
        if not len(samples):
            return
        if not self._open:
            self._open = True
            self.utterance += 1
        self.counters.received += len(samples)
        self._queued += len(samples)
        self._pieces.append(samples)

    def end(self) -> None:
        """The utterance is complete."""
        if self._open:
            self._open = False
            self._ends.append((self._pulled + self._queued, self.utterance))

    def short(self, count: int) -> bool:
        """See `visavis.media.switch.Source`: it is sent ahead of its time, and never awaited."""
        return False

    def pull(self, count: int, late_s: float = 0.0) -> Float32:
        """Give `count` samples, silence where there is none."""
        given = np.zeros(count, np.float32)
        place = 0
        while self._pieces and place < count:
            piece = self._pieces[0][: count - place]
            given[place : place + len(piece)] = piece
            place += len(piece)
            if len(piece) == len(self._pieces[0]):
                self._pieces.popleft()
            else:
                self._pieces[0] = self._pieces[0][len(piece) :]
        self.gave_filler = place == 0
        self._queued -= place
        self._pulled += place
        if place < count and self._open:
            self.counters.filled += count - place
        return given

    def interrupt(self) -> None:
        """Drop what waits; the utterance and those behind it are over."""
        self.counters.dropped += self._queued
        self._pieces.clear()
        self._queued = 0
        self._pulled = self.released
        self._open = False
        self._ends.clear()

    def receipt(self) -> Callable[[], None]:
        """To be called when what was pulled so far has left the stream."""
        pulled, before = self._pulled, self.released
        return (lambda: self._left(pulled)) if pulled > before else _nothing

    def _left(self, pulled: int) -> None:
        self.released = max(self.released, pulled)
        while self._ends and self._ends[0][0] <= self.released:
            _, number = self._ends.popleft()
            if self._on_end:
                self._on_end(number)


def _nothing() -> None:
    pass
