"""A generator in two models, and what that gains."""

from dataclasses import dataclass

from visavis.engine.graph.mouth import Mouth

VERSION = 3  # of what the surgery makes: a change discards what caches keep


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
    kind: str = "f4"  # how the fields of the template are kept
    levels: int = 0  # largest difference of the planes to those of the whole's picture

    @property
    def ratio(self) -> float:
        """How much faster the second half is than the whole."""
        return self.whole_ms / max(self.mouth_ms, 1e-6)


@dataclass(frozen=True)
class Prepared:
    """A generator in two halves, and what that gains."""

    halves: Halves
    report: Report


@dataclass(frozen=True)
class Finished:
    """A generator as the fast path runs it, and what that gains."""

    mouth: Mouth
    report: Report
