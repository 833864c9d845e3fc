"""The first design: features at an eighth, a quarter and half of the window's size."""

import torch
from torch import Tensor, nn
from torch.nn import functional as fn

from visavis.studio.painters.parts import (
    CODE,
    Appearance,
    Articulated,
    Modulated,
    MouthInside,
    Painted,
    Pose,
    finished,
)


class Film(nn.Module):
    """Template window and articulation → picture and soft mask of the window, and head pose."""

    def __init__(self, window: int, fine: int = 64, coarse: int = 96, half: int = 32) -> None:
        super().__init__()
        self.cells = window // 16
        self.appearance = Appearance(window, fine, coarse)
        self.pose = Pose(window, coarse)
        self.inside = MouthInside(window, half, 1, 6)
        self.code = Articulated()
        self.places = nn.Linear(CODE, 24 * self.cells**2)  # where in the window the code acts
        self.enter = nn.Conv2d(coarse + 24, coarse, 1)
        self.deep = nn.ModuleList([Modulated(coarse) for _ in range(3)])
        self.rise = nn.Conv2d(coarse, fine * 4, 1)
        self.middle = nn.ModuleList([Modulated(fine) for _ in range(2)])
        self.climb = nn.Conv2d(fine, half * 4, 1)
        self.reveal = nn.Conv2d(half, half, 1)
        self.detail = nn.Conv2d(half, half, 3, 1, 1)
        self.out = nn.Conv2d(half, 16, 3, 1, 1)

    def forward(self, window: Tensor, articulation: Tensor) -> Painted:
        """[B, 3, W, W] and [B, 19]."""
        fine, coarse = self.appearance(window)
        pose = self.pose(coarse)
        inside = self.inside(pose)
        code = self.code(articulation)
        places = self.places(code).view(-1, 24, self.cells, self.cells)
        places = fn.interpolate(places, scale_factor=2.0, mode="bilinear", align_corners=False)
        x = fn.relu(self.enter(torch.cat((coarse, places), 1)))
        for block in self.deep:
            x = block(x, code)
        x = fn.pixel_shuffle(self.rise(x), 2) + fine
        for block in self.middle:
            x = block(x, code)
        x = fn.relu(fn.pixel_shuffle(self.climb(x), 2))
        x = x + fn.relu(self.detail(x) + fn.relu(self.reveal(x)) * inside)
        return Painted(finished(self.out(x), 2), pose)
