"""The networks that hear: mel windows → features → articulation."""

from typing import cast

import torch
from torch import Tensor, nn

from visavis.studio.dataset import CHANNELS

FEATURES = 64  # per encoder window
ROWS = 8  # encoder windows per video frame
ARTICULATION = len(CHANNELS)


class AudioEncoder(nn.Module):
    """Mel window [B, 1, 80, 16] → feature [B, FEATURES]."""

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential(
            *_conv_norm(1, 32, (5, 3), (2, 2)),
            *_conv_norm(32, 48, (3, 3), (2, 1)),
            *_conv_norm(48, 64, (3, 3), (2, 2)),
            *_conv_norm(64, 64, (3, 3), (2, 1)),
        )
        self.out = nn.Linear(64 * 5 * 4, FEATURES)

    def forward(self, mel: Tensor) -> Tensor:
        return torch.tanh(self.out(self.body(mel * 0.25).flatten(1)))


def _conv_norm(
    inside: int, outside: int, kernel: tuple[int, int], stride: tuple[int, int]
) -> list[nn.Module]:
    padding = (kernel[0] // 2, kernel[1] // 2)
    conv = nn.Conv2d(inside, outside, kernel, stride, padding, bias=False)
    return [conv, nn.BatchNorm2d(outside), nn.ReLU()]


class ArticulationHead(nn.Module):
    """Features [B, ROWS, FEATURES], oldest first → articulation [B, 19]."""

    def __init__(self, width: int = 256) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Linear(ROWS * FEATURES, width),
            nn.ReLU(),
            nn.Dropout(0.1),
            nn.Linear(width, width),
            nn.ReLU(),
            nn.Dropout(0.1),
            nn.Linear(width, ARTICULATION),
        )

    def forward(self, features: Tensor) -> Tensor:
        return cast("Tensor", self.body(features.flatten(1)))
