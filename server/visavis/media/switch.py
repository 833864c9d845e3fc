"""One sound source at a time: whoever comes last has the floor, and the one before is told."""

from collections.abc import Callable
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from visavis.media.counters import accumulate
from visavis.media.ingest import IngestCounters

Float32 = NDArray[np.float32]


class Source(Protocol):
    """Sound at 48 kHz mono in exact pieces, on the reader's clock."""

    @property
    def counters(self) -> IngestCounters: ...

    @property
    def buffered_s(self) -> float: ...

    @property
    def ahead(self) -> int:
        """Samples that may be pulled ahead of their time, as they were made ahead of it."""

    @property
    def gave_filler(self) -> bool:
        """Whether the newest pull gave nothing but filler."""

    def short(self, count: int) -> bool:
        """Whether not all of the next `count` samples of live sound are there."""

    def pull(self, count: int, late_s: float = 0.0) -> Float32:
        """Give `count` samples, silence where there is none. They were due `late_s` ago."""

    def receipt(self) -> Callable[[], None]:
        """To be called when what was pulled so far has left the stream."""

    def interrupt(self) -> None:
        """Drop what waits."""


class SourceSwitch:
    """A source that stands for the newest of several, and for silence while there is none."""

    def __init__(self) -> None:
        self._source: Source | None = None
        self._lost: Callable[[], object] | None = None
        self._past = IngestCounters()

    @property
    def source(self) -> Source | None:
        return self._source

    @property
    def buffered_s(self) -> float:
        return self._source.buffered_s if self._source else 0.0

    @property
    def counters(self) -> IngestCounters:
        """Of all sources together."""
        total = IngestCounters(**vars(self._past))
        if self._source:
            accumulate(total, self._source.counters)
        return total

    def take(self, source: Source, lost: Callable[[], object]) -> None:
        """Give the floor to `source`. `lost` is called when a newer one takes it."""
        before = self._lost
        self._forget()
        self._source, self._lost = source, lost
        if before:
            before()

    def leave(self, source: Source) -> None:
        """Give the floor back. One that has lost it already may leave too."""
        if source is self._source:
            self._forget()

    def short(self, count: int) -> bool:
        """See `Source`."""
        return self._source.short(count) if self._source else False

    def pull(self, count: int, late_s: float = 0.0) -> Float32:
        """See `Source`."""
        if self._source is None:
            self._past.filled += count
            return np.zeros(count, np.float32)
        return self._source.pull(count, late_s)

    @property
    def ahead(self) -> int:
        """See `Source`."""
        return self._source.ahead if self._source else 0

    @property
    def gave_filler(self) -> bool:
        """See `Source`."""
        return self._source.gave_filler if self._source else True

    def receipt(self) -> Callable[[], None]:
        """See `Source`."""
        return self._source.receipt() if self._source else _nothing

    def interrupt(self) -> None:
        """See `Source`."""
        if self._source:
            self._source.interrupt()

    def _forget(self) -> None:
        if self._source:
            accumulate(self._past, self._source.counters)
        self._source = self._lost = None


def _nothing() -> None:
    pass
