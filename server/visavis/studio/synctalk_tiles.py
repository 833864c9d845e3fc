"""What a feature of the SyncTalk_2D family says here: numbers that repeat over its maps.

The family folds a feature of 512 into two maps of 16×16 and convolves over them. Whatever stands
in a tile of 4×4 and is repeated is found by its audio branch everywhere.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as fn

from visavis.studio.hearing import ARTICULATION
from visavis.studio.labels import CLASSES

SIDE = 4  # of a tile, of which each of a feature's two maps holds 4×4
NUMBERS = 2 * SIDE * SIDE
AXES = NUMBERS - len(CLASSES)  # principal components that a feature tells of a mouth


class Shapes(nn.Module):
    """Articulation [B, 19] and viseme [B] → NUMBERS in 0 to 1: principal components, and a one
    at the class of sounds."""

    mean: Tensor
    axes: Tensor
    spread: Tensor

    def __init__(self, articulation: Tensor | None = None) -> None:
        super().__init__()
        known = torch.eye(ARTICULATION).repeat(2, 1) if articulation is None else articulation
        mean = known.mean(0)
        axes = torch.linalg.svd(known - mean, full_matrices=False)[2][:AXES].T
        spread = ((known - mean) @ axes).std(0).clamp(min=1e-3) * 5
        for name, value in (("mean", mean), ("axes", axes), ("spread", spread)):
            self.register_buffer(name, value)

    def feature(self, articulation: Tensor, viseme: Tensor) -> Tensor:
        """The feature [B, 512]: two maps of 4×4 tiles."""
        mouth = (((articulation - self.mean) @ self.axes) / self.spread + 0.4).clamp(0, 1)
        said = fn.one_hot(viseme, len(CLASSES)).to(mouth.dtype)
        tiles = torch.cat((mouth, said), 1).view(-1, 2, SIDE, SIDE)
        return tiles.repeat(1, 1, 16 // SIDE, 16 // SIDE).flatten(1)


def tile(features: Tensor) -> Tensor:
    """The numbers [..., NUMBERS] that features [..., 512] repeat."""
    maps = features.unflatten(-1, (2, 16, 16))
    return maps[..., SIDE : 2 * SIDE, SIDE : 2 * SIDE].flatten(-3)
