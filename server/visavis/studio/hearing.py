"""The networks that hear: mel windows → features → articulation.

The encoder is convolutional in time without padding, so that training can run it once over a whole
stretch of sound and gather the windows late; a runtime feeds it window by window.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as fn

from visavis.studio.articulation import COARTICULATED, CONTACTS
from visavis.studio.dataset import CHANNELS
from visavis.studio.sounds import SOUNDS
from visavis.studio.visemes import VISEMES

FEATURES = 192  # per encoder window
ROWS = 12  # encoder windows per video frame
ARTICULATION = len(CHANNELS)
BANDS, LENGTH = 80, 20  # of an encoder window
WIDTH = 320
LEVEL = 0.25  # of mel levels -4..4, as the convolutions take them
LOWEST = -0.03  # of an articulation: the tongue's tip, where it is pulled down
LATE = 10  # steps of time that a window's map keeps after the convolutions
DROPPED = 0.1  # of what a residual adds, in training; half as much of the features
NEIGHBOURS = 5  # frames whose sounds are guessed in training: two before to two after
HELD = 3.0  # contacts are stretched by this on both sides: above 4 in 7 lips touch fully
LEAN = (0.0, 0.25)  # of contact logits, once taught: lips that miss a p show more than a false one


class AudioEncoder(nn.Module):
    """Mel window [B, 1, 80, 20] → feature [B, FEATURES] and speech [B, 1], the probability that
    somebody speaks."""

    def __init__(self) -> None:
        super().__init__()
        self.bands = nn.Sequential(
            *_conv_norm(1, 24, (5, 3)),
            *_conv_norm(24, 32, (3, 3)),
            *_conv_norm(32, 48, (3, 3)),
            *_conv_norm(48, 64, (3, 3)),
        )
        self.bands.to(memory_format=torch.channels_last)  # faster on a processor
        self.time = nn.Conv1d(64 * BANDS // 16, WIDTH, 3)
        self.out = nn.Linear(WIDTH * LATE, FEATURES)
        self.speech = nn.Linear(FEATURES, 1)

    def map(self, mel: Tensor) -> Tensor:
        """Mel frames [B, 1, 80, T] → [B, WIDTH, T - 10]."""
        return fn.relu(self.time(self.bands(mel * LEVEL).flatten(1, 2)))

    def read(self, late: Tensor) -> tuple[Tensor, Tensor]:
        """Maps of windows [N, WIDTH, LATE] → features [N, FEATURES], speech logits [N, 1]."""
        feature = torch.tanh(self.out(late.flatten(1)))
        return feature, self.speech(feature)

    def forward(self, mel: Tensor) -> tuple[Tensor, Tensor]:
        feature, logit = self.read(self.map(mel))
        return feature, torch.sigmoid(logit)


def _conv_norm(inside: int, outside: int, kernel: tuple[int, int]) -> list[nn.Module]:
    """Half as many bands, two time steps fewer."""
    conv = nn.Conv2d(inside, outside, kernel, (2, 1), (kernel[0] // 2, 0), bias=False)
    return [conv, nn.BatchNorm2d(outside), nn.ReLU()]


class Residual(nn.Module):
    """Two linear layers beside a straight way."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Linear(width, width), nn.ReLU(), nn.Linear(width, width), nn.Dropout(DROPPED)
        )

    def forward(self, x: Tensor) -> Tensor:
        return fn.relu(x + self.body(x))


class ArticulationHead(nn.Module):
    """Features [B, ROWS, FEATURES], oldest first → articulation [B, 19].

    Beside the articulation it tells how far the lips touch, and where they do it holds the touching
    parts exactly as the labels do.
    """

    free: Tensor
    touching: Tensor
    lean: Tensor

    def __init__(self, width: int = 768) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Linear(ROWS * FEATURES, width), nn.ReLU(), Residual(width), Residual(width)
        )
        self.drop = nn.Dropout(DROPPED / 2)
        self.weights = nn.Linear(width, ARTICULATION)
        self.contact = nn.Linear(width, len(CONTACTS))
        self.sounds = nn.Linear(width, NEIGHBOURS * len(SOUNDS))  # for training alone
        free = [name in (*COARTICULATED, CHANNELS[-1]) for name in CHANNELS]
        shapes = [[*VISEMES[viseme].vector(), 0.0] for viseme in CONTACTS]
        self.register_buffer("free", torch.tensor(free).float(), persistent=False)
        self.register_buffer("touching", torch.tensor(shapes).float(), persistent=False)
        self.register_buffer("lean", torch.tensor(LEAN), persistent=False)

    def forward(self, features: Tensor) -> Tensor:
        return self.said(*self.guess(features))

    def guess(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """Weights [B, 19] of lips that nothing holds together, and contact logits [B, 2]."""
        hidden = self.body(self.drop(features.flatten(1)))
        return self.weights(hidden), self.contact(hidden)

    def said(self, weights: Tensor, contact: Tensor) -> Tensor:
        """Articulation [B, 19] of a guess."""
        held = self.articulate(weights, contact + self.lean)
        return held.clamp(LOWEST, 1.0)  # painters know no others

    def articulate(self, weights: Tensor, contact: Tensor) -> Tensor:
        """Hold the lips in the contacts, weakest first, as far as the logits [B, 2] say."""
        share = (torch.sigmoid(contact) * (1 + 2 * HELD) - HELD).clamp(0, 1)
        for index in range(len(CONTACTS)):
            held = share[:, index : index + 1] * (1 - self.free)
            weights = weights + held * (self.touching[index] - weights)
        return weights
