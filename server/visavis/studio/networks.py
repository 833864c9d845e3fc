"""The avatar's networks: articulation → mouth picture.

Everything in `Appearance` depends on the template frame alone, so a runtime can compute it once per
template frame. Only the part of the ROI that speech moves is computed at all; the rest of the
template passes through untouched.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as fn

from visavis.studio.crops import LEFT, TOP, WINDOW
from visavis.studio.dataset import CHANNELS
from visavis.studio.hearing import ARTICULATION, ArticulationHead
from visavis.studio.registration import bend
from visavis.studio.template import ROI

PRESS = ("mouthPressLeft", "mouthPressRight")  # a mouth at rest is pressed a little
REST_LEVEL, REST_PRESS = 0.015, 0.07  # weights up to these count as rest
GATE_SLOPE = 12.0


def activity_gate(articulation: Tensor) -> Tensor:
    """[B, 19] → [B, 1, 1, 1]: 0 for a mouth at rest, 1 as soon as it clearly moves."""
    floor = [REST_PRESS if name in PRESS else REST_LEVEL for name in CHANNELS]
    excess = fn.relu(articulation - articulation.new_tensor(floor)).sum(1)
    return (excess * GATE_SLOPE).clamp(0, 1)[:, None, None, None]


class Appearance(nn.Module):
    """Template window [B, 3, 144, 144] → features at 1/4 and at 1/8 of its size."""

    def __init__(self, fine: int, coarse: int) -> None:
        super().__init__()
        side = WINDOW // 4
        self.position = nn.Parameter(torch.zeros(1, fine, side, side))
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

    def __init__(self, channels: int, code: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 3, 1, 1)
        self.film = nn.Linear(code, 2 * channels)

    def forward(self, x: Tensor, code: Tensor) -> Tensor:
        scale, shift = self.film(code)[:, :, None, None].chunk(2, 1)
        return x + fn.relu(self.conv(x) * (1 + scale) + shift)


class MouthInside(nn.Module):
    """Appearance → what hides behind shut lips, features [B, out, 72, 72], and head pose [B, 6].

    Teeth sit still in the head, so they are learnt once as a texture and laid where the head is.
    """

    def __init__(self, coarse: int, out: int, layers: int = 6) -> None:
        super().__init__()
        self.squeeze = nn.Conv2d(coarse, 32, 3, 2, 1)
        self.pose = nn.Sequential(nn.Linear(32 * 9 * 9, 64), nn.ReLU(), nn.Linear(64, 6))
        self.texture = nn.Parameter(torch.randn(1, layers, WINDOW, WINDOW) * 0.2)
        self.read = nn.Conv2d(layers * 4, out, 3, 1, 1)

    def forward(self, coarse: Tensor) -> tuple[Tensor, Tensor]:
        with torch.autocast("cpu", enabled=False):  # a fraction of a pixel matters here
            pose = self.pose(fn.relu(self.squeeze(coarse.float())).flatten(1))
            placed = bend(self.texture, pose)
        return self.read(fn.pixel_unshuffle(placed, 2)), pose


class Painter(nn.Module):
    """Template window and articulation → picture and soft mask of the window, and head pose."""

    def __init__(self, fine: int = 64, coarse: int = 96, half: int = 32, code: int = 96) -> None:
        super().__init__()
        self.appearance = Appearance(fine, coarse)
        self.inside = MouthInside(coarse, half)
        self.code = nn.Sequential(
            nn.Linear(ARTICULATION, 128), nn.ReLU(), nn.Linear(128, code), nn.ReLU()
        )
        self.places = nn.Linear(code, 24 * 9 * 9)  # where in the window the code acts
        self.enter = nn.Conv2d(coarse + 24, coarse, 1)
        self.deep = nn.ModuleList([Modulated(coarse, code) for _ in range(3)])
        self.rise = nn.Conv2d(coarse, fine * 4, 1)
        self.middle = nn.ModuleList([Modulated(fine, code) for _ in range(2)])
        self.climb = nn.Conv2d(fine, half * 4, 1)
        self.reveal = nn.Conv2d(half, half, 1)
        self.detail = nn.Conv2d(half, half, 3, 1, 1)
        self.out = nn.Conv2d(half, 16, 3, 1, 1)

    def forward(self, window: Tensor, articulation: Tensor) -> tuple[Tensor, Tensor]:
        """[B, 3, 144, 144] and [B, 19] → [B, 4, 144, 144]: RGB in [0, 1] and mask; and [B, 6]."""
        fine, coarse = self.appearance(window)
        inside, pose = self.inside(coarse)
        code = self.code(articulation)
        places = self.places(code).view(-1, 24, 9, 9)
        places = fn.interpolate(places, scale_factor=2.0, mode="bilinear", align_corners=False)
        x = fn.relu(self.enter(torch.cat((coarse, places), 1)))
        for block in self.deep:
            x = block(x, code)
        x = fn.pixel_shuffle(self.rise(x), 2) + fine
        for block in self.middle:
            x = block(x, code)
        x = fn.relu(fn.pixel_shuffle(self.climb(x), 2))
        x = x + fn.relu(self.detail(x) + fn.relu(self.reveal(x)) * inside)
        picture = torch.sigmoid(fn.pixel_shuffle(self.out(x), 2).float() * 2)
        mask = (picture[:, 3:] * 1.06 - 0.03).clamp(0, 1)  # reaches 0 and 1 exactly
        return torch.cat((picture[:, :3], mask), 1), pose


def window_border(feather: int = 8) -> Tensor:
    """Weights [1, 1, 144, 144] that fall to 0 at the window's edge."""
    steps = torch.arange(WINDOW)
    ramp = (torch.minimum(steps, WINDOW - 1 - steps) / feather).clamp(0, 1)
    return (ramp[:, None] * ramp[None, :])[None, None]


class Generator(nn.Module):
    """Template ROI [B, 3, 224, 224] and features [B, ROWS, FEATURES] → ROI [B, 3, 224, 224]."""

    border: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.head = ArticulationHead()
        self.painter = Painter()
        self.register_buffer("border", window_border(), persistent=False)

    def forward(self, template: Tensor, audio: Tensor) -> Tensor:
        window = template[:, :, TOP : TOP + WINDOW, LEFT : LEFT + WINDOW]
        change = self.paint(window, self.head(audio)) - window
        return template + fn.pad(change, (LEFT, ROI - WINDOW - LEFT, TOP, ROI - WINDOW - TOP))

    def paint(self, window: Tensor, articulation: Tensor) -> Tensor:
        """The finished window for a known articulation."""
        return blend(self.painter(window, articulation)[0], window, articulation, self.border)


def blend(painted: Tensor, window: Tensor, articulation: Tensor, border: Tensor) -> Tensor:
    """Template where the mask is 0, painting where it is 1; a resting mouth is the template."""
    mask = painted[:, 3:] * border * activity_gate(articulation)
    return window + mask * (painted[:, :3] - window)
