"""Resumable training state: plain tensors and numbers, loaded without unpickling objects."""

import copy
from pathlib import Path
from typing import Any

import torch
from torch import nn

from visavis.errors import StudioError


def save(path: Path, state: dict[str, Any]) -> None:
    """Write beside the name and rename."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(path.name + ".part")
    torch.save(state, beside)
    beside.replace(path)


def load(path: Path) -> dict[str, Any]:
    """What `save` wrote; StudioError if there is none."""
    if not path.exists():
        raise StudioError(f"No checkpoint at {path}: run that training first.")
    state: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
    return state


class Average:
    """Exponential moving average of a network's weights, which is what ships."""

    def __init__(self, network: nn.Module, decay: float) -> None:
        self.network = copy.deepcopy(network).eval()
        self._decay = decay

    def update(self, network: nn.Module, step: int) -> None:
        """Move towards the trained weights; faster in the first steps."""
        rate = 1 - min(self._decay, (1 + step) / (10 + step))
        with torch.no_grad():
            for mean, new in zip(
                self.network.state_dict().values(), network.state_dict().values(), strict=True
            ):
                if mean.dtype.is_floating_point:
                    mean.lerp_(new, rate)
                else:
                    mean.copy_(new)
