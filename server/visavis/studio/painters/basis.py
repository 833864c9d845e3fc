"""The cheapest design: learnt pictures at half size, mixed by articulation, laid by pose."""

from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional as fn

from visavis.studio.painters.parts import CODE, Appearance, Articulated, Painted, Pose, finished
from visavis.studio.registration import bend


class Basis(nn.Module):
    """Template window and articulation → picture and soft mask of the window, and head pose."""

    def __init__(self, window: int, fine: int = 32, coarse: int = 64, pictures: int = 48) -> None:
        super().__init__()
        self.side = window // 2
        self.appearance = Appearance(window, fine, coarse)
        self.pose = Pose(window, coarse)
        self.code = Articulated()
        self.shares = nn.Sequential(nn.Linear(CODE + 6, 128), nn.ReLU(), nn.Linear(128, pictures))
        self.pictures = nn.Linear(pictures, 4 * self.side**2)

    def forward(self, window: Tensor, articulation: Tensor) -> Painted:
        """[B, 3, W, W] and [B, 19]."""
        pose = self.pose(self.appearance(window)[1])
        shares = self.shares(torch.cat((self.code(articulation), pose.detach() / 8), 1))
        mixed = self.pictures(shares).view(-1, 4, self.side, self.side)
        with torch.autocast("cpu", enabled=False):
            laid = bend(cast("Tensor", mixed).float(), pose / 2)
        large = fn.interpolate(laid, scale_factor=2.0, mode="bilinear", align_corners=False)
        return Painted(finished(large, 1), pose)
