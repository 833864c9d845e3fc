"""A generator in two models, and what that gains."""

from dataclasses import dataclass

VERSION = 1  # of what the surgery makes: a change discards what caches keep


@dataclass(frozen=True)
class Halves:
    """A generator in two models.

    `appearance`: template → `tensors`. `mouth`: template, audio and `tensors` → picture. Names of
    the inputs and of the output are those of the whole. Where nothing is kept there are no
    `tensors`, and the mouth is the whole, rewritten.
    """

    appearance: bytes
    mouth: bytes
    tensors: tuple[str, ...]


@dataclass(frozen=True)
class Report:
    """What the surgery did and what it gains, on the machine where it was done."""

    way: str
    rewritten: int  # convolutions taken apart
    kept_bytes: int  # per template frame
    crossing_bytes: int  # the same if everything were kept that the second half can take
    recomputed_ms: float
    max_difference: float  # to the whole, of full scale
    whole_ms: float = 0.0  # of one thread, per frame
    mouth_ms: float = 0.0
    appearance_ms: float = 0.0

    @property
    def ratio(self) -> float:
        """How much faster the second half is than the whole."""
        return self.whole_ms / max(self.mouth_ms, 1e-6)


@dataclass(frozen=True)
class Prepared:
    """A generator in two halves, and what that gains."""

    halves: Halves
    report: Report
