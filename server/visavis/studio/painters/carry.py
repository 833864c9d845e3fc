"""Skin that is carried along: the picture is drawn, and the grain of the template's skin laid over
it wherever speech has moved that skin to.

Networks of a size that two cores can afford draw shapes and shades, and smooth pores and stubble
away. Grain that stayed where it was while the chin moves would look like a dirty pane.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as fn

from visavis.studio.painters.parts import ARTICULATION, Painted, finished
from visavis.studio.painters.shuffle import Shuffle

REACH = 8.0  # pixels of flow per unit of a layer's output
SWAY = 8  # pixels between the places at which articulation alone moves skin, in proportion to it
GRAIN = 7  # pixels; what is finer than a mean over so many is grain
GREEN = slice(1, 2)  # the channel that shows grain most; a third of the work of three
SHARE_START = -1.0  # logit: a little grain, so that its place can be learnt


class Carry(Shuffle):
    """A `Shuffle` that carries grain; one that is trained may be its beginning."""

    def __init__(self, window: int, fine: int = 32, coarse: int = 80) -> None:
        super().__init__(window, fine, coarse)
        self.side = window // SWAY
        self.sway = nn.Linear(ARTICULATION, 2 * self.side**2)
        self.carry = nn.Conv2d(fine, 3, 3, 1, 1)
        nn.init.zeros_(self.sway.weight)
        nn.init.zeros_(self.sway.bias)
        nn.init.zeros_(self.carry.weight)
        self.carry.bias = nn.Parameter(torch.tensor([0.0, 0.0, SHARE_START]))
        self.tint = nn.Parameter(torch.ones(1, 3, 1, 1))
        self.register_buffer("places_across", torch.arange(window).float(), persistent=False)

    places_across: Tensor

    def forward(self, window: Tensor, articulation: Tensor) -> Painted:
        """[B, 3, W, W] and [B, 19]."""
        x, pose = self.features(window, articulation)
        drawn = finished(self.out(x), 4)
        with torch.autocast("cpu", enabled=False):  # a tenth of a pixel matters here
            values = enlarged(self.carry(x.float()), 4)
            sway = enlarged(self.sway(articulation).view(-1, 2, self.side, self.side), SWAY)
            flow, share = (values[:, :2] + sway) * REACH, torch.sigmoid(values[:, 2:])
            carried = share * grain(self.moved(window[:, GREEN], flow)) * self.tint
            colours = (drawn[:, :3] + carried).clamp(0, 1)
        return Painted(torch.cat((colours, drawn[:, 3:]), 1), pose, flow)

    def moved(self, window: Tensor, flow: Tensor) -> Tensor:
        """A channel of the window [B, 1, W, W] seen where the flow [B, 2, W, W] points."""
        x = flow[:, 0] + self.places_across
        y = flow[:, 1] + self.places_across[:, None]
        grid = (torch.stack((x, y), -1) * 2 + 1) / len(self.places_across) - 1
        return fn.grid_sample(window, grid, padding_mode="border", align_corners=False)


def enlarged(values: Tensor, times: int) -> Tensor:
    """Maps [B, C, h, w] → [B, C, times · h, times · w], straight lines between."""
    return fn.interpolate(values, scale_factor=float(times), mode="bilinear", align_corners=False)


def grain(picture: Tensor) -> Tensor:
    """What of a picture [B, C, H, W] is finer than `GRAIN` pixels."""
    mean = fn.avg_pool2d(picture, GRAIN, 1, GRAIN // 2, count_include_pad=False)
    return picture - mean
