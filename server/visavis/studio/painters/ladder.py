"""A deeper design: articulation acts on places at a sixteenth and an eighth of the window's size,
and dense 3×3 convolutions climb to a quarter, where the picture is written at once.

Wide layers lie where pixels are few, so lips can move far for little work.
"""

from torch import Tensor, nn
from torch.nn import functional as fn

from visavis.studio.painters.parts import (
    Appearance,
    Articulated,
    Modulated,
    MouthInside,
    Painted,
    Places,
    Pose,
    finished,
)


class Ladder(nn.Module):
    """Template window and articulation → picture and soft mask of the window, and head pose."""

    def __init__(self, window: int, fine: int = 32, coarse: int = 64, deep: int = 128) -> None:
        super().__init__()
        self.appearance = Appearance(window, fine, coarse)
        self.deepest = nn.Sequential(nn.Conv2d(coarse, deep, 3, 2, 1), nn.ReLU())
        self.pose = Pose(window, coarse)
        self.inside = MouthInside(window, fine, 2, 8)
        self.code = Articulated()
        self.places = Places(48, window // 16)
        self.enter = nn.Conv2d(48, deep, 1)
        self.spots = Places(16, window // 8)
        self.press = nn.Conv2d(16, coarse, 1)
        self.deep = nn.ModuleList([Modulated(deep) for _ in range(2)])
        self.rise = nn.Conv2d(deep, coarse * 4, 1)
        self.middle = nn.ModuleList([Modulated(coarse) for _ in range(2)])
        self.climb = nn.Conv2d(coarse, fine * 4, 1)
        self.detail = Modulated(fine)
        self.reveal = nn.Conv2d(fine, fine, 1)
        self.out = nn.Conv2d(fine, 64, 3, 1, 1)

    def forward(self, window: Tensor, articulation: Tensor) -> Painted:
        """[B, 3, W, W] and [B, 19]."""
        fine, coarse = self.appearance(window)
        pose = self.pose(coarse)
        inside = self.inside(pose)
        code = self.code(articulation)
        x = fn.relu(self.deepest(coarse) + self.enter(self.places(code)))
        for block in self.deep:
            x = block(x, code)
        x = fn.pixel_shuffle(self.rise(x), 2) + coarse + self.press(self.spots(code))
        for block in self.middle:
            x = block(x, code)
        x = self.detail(fn.pixel_shuffle(self.climb(x), 2) + fine, code)
        x = x + fn.relu(self.reveal(x)) * inside
        return Painted(finished(self.out(x), 4), pose)
