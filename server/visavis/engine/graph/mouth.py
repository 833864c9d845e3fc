"""The network that a session runs for each spoken frame, and what it wants of the template."""

from dataclasses import dataclass
from math import prod

from visavis.core.region import Region

PLANES = "visavis_planes"  # output: uint8 [B, bytes], Y then U then V of the window
CHECK = "visavis_check"  # output: float32 [B, 1, 1, 1], finite if the picture is
_ALIGNMENT = 64  # bytes, a cache line
_ITEM_BYTES = {"f2": 2, "f4": 4}


@dataclass(frozen=True)
class Field:
    """One input of the network that the template alone decides."""

    name: str
    shape: tuple[int, ...]  # without the batch
    kind: str  # "f2" or "f4"
    crop: Region | None = None  # this part of the template's ROI; None: the appearance makes it

    @property
    def nbytes(self) -> int:
        """Of one template frame."""
        return _ITEM_BYTES[self.kind] * prod(self.shape)


@dataclass(frozen=True)
class Mouth:
    """A generator as the fast path runs it.

    `appearance`: template → the fields without `crop`; empty where there are none. `network`: audio
    and the fields → `PLANES` and `CHECK`. `window` is the part of the ROI that the planes show.
    """

    appearance: bytes
    network: bytes
    fields: tuple[Field, ...]
    window: Region
    free_batch: bool  # takes any number of frames at once, else one

    @property
    def offsets(self) -> tuple[int, ...]:
        """Where each field begins in the row of one template frame; last, the row's size."""
        places, end = list[int](), 0
        for field in self.fields:
            places.append(end)
            end += -(-field.nbytes // _ALIGNMENT) * _ALIGNMENT
        return (*places, end)
