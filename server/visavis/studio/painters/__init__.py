"""Designs of the painter: template window and articulation → picture of the window."""

from collections.abc import Callable

from torch import nn

from visavis.studio.painters.basis import Basis
from visavis.studio.painters.carry import Carry
from visavis.studio.painters.film import Film
from visavis.studio.painters.ladder import Ladder
from visavis.studio.painters.shuffle import Shuffle

DESIGNS: dict[str, Callable[[int], nn.Module]] = {
    "film": Film,
    "shuffle": Shuffle,
    "basis": Basis,
    "ladder": Ladder,
    "carry": Carry,
}
SHIPPED = "carry"


def painter(design: str, window: int) -> nn.Module:
    """An untrained painter for windows of `window` pixels."""
    return DESIGNS[design](window)
