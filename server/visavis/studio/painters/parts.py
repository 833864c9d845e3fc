"""What the painters are built from.

Whatever depends on the template window alone, a runtime computes once per template frame.
"""

from typing import NamedTuple, cast

import torch
from torch import Tensor, nn
from torch.nn import functional as fn

from visavis.studio.dataset import CHANNELS
from visavis.studio.registration import bend

ARTICULATION = len(CHANNELS)
CODE = 96
MASK_START = 1.5  # logit; a mask that began at 0 would never learn


class Painted(NamedTuple):
    """What a painter makes of a window of W pixels: `picture` [B, 4, W, W], RGB in [0, 1] and
    mask; `pose` [B, 6], where it takes the head to be; `flow` [B, 2, W, W], if it carries skin:
    how many pixels right and down of each place its skin lies in the template."""

    picture: Tensor
    pose: Tensor
    flow: Tensor | None = None


class Articulated(nn.Sequential):
    """Articulation [B, 19] → code [B, CODE]."""

    def __init__(self) -> None:
        super().__init__(nn.Linear(ARTICULATION, 128), nn.ReLU(), nn.Linear(128, CODE), nn.ReLU())


class Places(nn.Module):
    """Code → learnt maps [B, channels, side, side]: where in the window the articulation acts."""

    def __init__(self, channels: int, side: int) -> None:
        super().__init__()
        self.shape = (-1, channels, side, side)
        self.maps = nn.Linear(CODE, channels * side * side)

    def forward(self, code: Tensor) -> Tensor:
        return cast("Tensor", self.maps(code).view(self.shape))


class Appearance(nn.Module):
    """Template window [B, 3, W, W] → features at 1/4 and at 1/8 of its size."""

    def __init__(self, window: int, fine: int, coarse: int) -> None:
        super().__init__()
        self.position = nn.Parameter(torch.zeros(1, fine, window // 4, window // 4))
        self.stem = nn.Sequential(nn.Conv2d(48, fine, 3, 1, 1), nn.ReLU())
        self.fine = nn.Sequential(nn.Conv2d(fine, fine, 3, 1, 1), nn.ReLU())
        self.coarse = nn.Sequential(
            nn.Conv2d(fine, coarse, 3, 2, 1),
            nn.ReLU(),
            nn.Conv2d(coarse, coarse, 3, 1, 1),
            nn.ReLU(),
        )

    def forward(self, window: Tensor) -> tuple[Tensor, Tensor]:
        fine = self.fine(self.stem(fn.pixel_unshuffle(window, 4)) + self.position)
        return fine, self.coarse(fine)


class Modulated(nn.Module):
    """Residual 3×3 convolution whose response the articulation code scales and shifts."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 3, 1, 1)
        self.film = nn.Linear(CODE, 2 * channels)

    def forward(self, x: Tensor, code: Tensor) -> Tensor:
        scale, shift = self.film(code)[:, :, None, None].chunk(2, 1)
        return x + fn.relu(self.conv(x) * (1 + scale) + shift)


class Pose(nn.Module):
    """Coarse features [B, channels, W/8, W/8] → where the head is [B, 6], as in `registration`."""

    def __init__(self, window: int, channels: int) -> None:
        super().__init__()
        cells = -(-(window // 8) // 2)
        self.squeeze = nn.Conv2d(channels, 32, 3, 2, 1)
        self.read = nn.Sequential(nn.Linear(32 * cells**2, 64), nn.ReLU(), nn.Linear(64, 6))

    def forward(self, coarse: Tensor) -> Tensor:
        with torch.autocast("cpu", enabled=False):  # a fraction of a pixel matters here
            return cast("Tensor", self.read(fn.relu(self.squeeze(coarse.float())).flatten(1)))


class MouthInside(nn.Module):
    """Pose [B, 6] → what hides behind shut lips, features [B, out, W/shrink/2, W/shrink/2].

    Teeth sit still in the head, so they are learnt once as a texture, `shrink` times smaller than
    the window, and laid where the head is.
    """

    def __init__(self, window: int, out: int, shrink: int, layers: int) -> None:
        super().__init__()
        self.shrink = shrink
        side = window // shrink
        self.texture = nn.Parameter(torch.randn(1, layers, side, side) * 0.2)
        self.read = nn.Conv2d(layers * 4, out, 3, 1, 1)

    def forward(self, pose: Tensor) -> Tensor:
        with torch.autocast("cpu", enabled=False):
            placed = bend(self.texture, pose / self.shrink)
        return cast("Tensor", self.read(fn.pixel_unshuffle(placed, 2)))


def finished(values: Tensor, upscale: int) -> Tensor:
    """Raw output [B, 4·upscale², h, w] → picture and mask [B, 4, W, W], which reaches 0 and 1."""
    start = values.new_tensor([0, 0, 0, MASK_START], dtype=torch.float32)[:, None, None]
    picture = torch.sigmoid(fn.pixel_shuffle(values, upscale).float() * 2 + start)
    mask = (picture[:, 3:] * 1.06 - 0.03).clamp(0, 1)
    return torch.cat((picture[:, :3], mask), 1)
