"""A cheaper design: all work at an eighth and a quarter of the window's size, then one shuffle."""

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


class Shuffle(nn.Module):
    """Template window and articulation → picture and soft mask of the window, and head pose."""

    def __init__(self, window: int, fine: int = 32, coarse: int = 80) -> None:
        super().__init__()
        self.appearance = Appearance(window, fine, coarse)
        self.pose = Pose(window, coarse)
        self.inside = MouthInside(window, fine, 2, 8)
        self.code = Articulated()
        self.places = Places(24, window // 16)
        self.enter = nn.Conv2d(24, coarse, 1)
        self.deep = nn.ModuleList([Modulated(coarse) for _ in range(2)])
        self.rise = nn.Conv2d(coarse, fine * 4, 1)
        self.middle = Modulated(fine)
        self.reveal = nn.Conv2d(fine, fine, 1)
        self.out = nn.Conv2d(fine, 64, 3, 1, 1)

    def forward(self, window: Tensor, articulation: Tensor) -> Painted:
        """[B, 3, W, W] and [B, 19]."""
        x, pose = self.features(window, articulation)
        return Painted(finished(self.out(x), 4), pose)

    def features(self, window: Tensor, articulation: Tensor) -> tuple[Tensor, Tensor]:
        """What the picture is made of [B, fine, W/4, W/4], and the pose [B, 6]."""
        fine, coarse = self.appearance(window)
        pose = self.pose(coarse)
        inside = self.inside(pose)
        code = self.code(articulation)
        places = self.enter(self.places(code))
        places = fn.interpolate(places, scale_factor=2.0, mode="bilinear", align_corners=False)
        x = fn.relu(coarse + places)
        for block in self.deep:
            x = block(x, code)
        x = fn.pixel_shuffle(self.rise(x), 2) + fine
        x = self.middle(x, code)
        return x + fn.relu(self.reveal(x)) * inside, pose
