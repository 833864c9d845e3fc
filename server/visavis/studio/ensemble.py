"""Listeners side by side: what ships is the mean of what several say.

Listeners that were taught differently mistake different sounds. Where the mean of their weights
costs nothing more, the mean of what they say is right more often; each is kept
whole (ensembles against soups: Wortsman and others, 2022).
"""

from collections.abc import Sequence
from typing import cast

import torch
from torch import Tensor, nn

from visavis.studio.hearing import FEATURES, ArticulationHead, AudioEncoder


class Encoders(nn.Module):
    """Mel window [B, 1, 80, 20] → features of each in turn [B, n · FEATURES] and speech [B, 1], the
    mean of their probabilities that somebody speaks."""

    def __init__(self, each: Sequence[AudioEncoder]) -> None:
        super().__init__()
        self.each = nn.ModuleList(each)

    def forward(self, mel: Tensor) -> tuple[Tensor, Tensor]:
        features, speech = zip(*(encoder(mel) for encoder in self.each), strict=True)
        return torch.cat(features, 1), torch.stack(speech).mean(0)


class Heads(nn.Module):
    """Features [B, ROWS, n · FEATURES], oldest first → articulation [B, 19]."""

    def __init__(self, count: int = 1) -> None:
        super().__init__()
        self.each = nn.ModuleList(ArticulationHead() for _ in range(count))

    @property
    def features(self) -> int:
        return len(self.each) * FEATURES

    def forward(self, features: Tensor) -> Tensor:
        """Weights and contacts are averaged before the lips are held: half of a contact is none."""
        heads = cast("list[ArticulationHead]", list(self.each))
        own = features.split(FEATURES, 2)
        weights, contacts = zip(*(h.guess(f) for h, f in zip(heads, own, strict=True)), strict=True)
        return heads[0].said(torch.stack(weights).mean(0), torch.stack(contacts).mean(0))
