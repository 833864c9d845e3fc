"""The mean of the weights of listeners, or of painters, that were taught on from one another.

`python -m visavis.studio.soup OUT BEFORE.pt:0.3 AFTER.pt:0.7`. What lessons by few voices, or
of few mouths, add for these and take from others lies on one line of weights, and its middle keeps
most of both (Wortsman and others, Robust fine-tuning of zero-shot models, 2022).
"""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import torch
import typer
from torch import Tensor

from visavis.errors import StudioError
from visavis.studio import checkpoint

OF_PAINTERS = ("design", "framing", "crops")


def mean(states: Sequence[dict[str, Any]], shares: Sequence[float]) -> dict[str, Any]:
    """One checkpoint of several, by shares of any sum; seeds of all, steps of the longest taught,
    and what only a painter has as the last has it.

    Raises:
        StudioError: they are of different makes.
    """
    weights = [state["average"] for state in states]
    try:
        mixed = {name: _mixed([own[name] for own in weights], shares) for name in weights[0]}
    except (KeyError, RuntimeError) as error:
        raise StudioError("These networks are of different makes.") from error
    last = states[-1]
    return {name: last[name] for name in OF_PAINTERS if name in last} | {
        "average": mixed,
        "seeds": list(dict.fromkeys(seed for state in states for seed in state.get("seeds", ()))),
        "step": max(state["step"] for state in states),
        "seconds": max(state.get("seconds", 0.0) for state in states),
    }


def _mixed(tensors: Sequence[Tensor], shares: Sequence[float]) -> Tensor:
    if not tensors[0].is_floating_point():
        return tensors[-1]
    stacked = torch.stack(tuple(tensors))
    return torch.tensordot(torch.tensor(shares) / sum(shares), stacked, 1)


def part(text: str) -> tuple[Path, float]:
    """A path and its share, above 0, of `PATH:SHARE`; StudioError if it is something else."""
    path, _, share = text.rpartition(":")
    try:
        number = float(share)
    except ValueError:
        number = 0.0
    if not path or not 0 < number < math.inf:
        raise StudioError(f"{text} is no PATH:SHARE, as in before.pt:0.3.")
    return Path(path), number


def main(
    out: Annotated[Path, typer.Argument(help="checkpoint to write")],
    parts: Annotated[list[str], typer.Argument(help="PATH:SHARE of each checkpoint")],
) -> None:
    """Write the mean of networks."""
    try:
        paths, shares = zip(*map(part, parts), strict=True)
        checkpoint.save(out, mean([checkpoint.load(path) for path in paths], shares))
    except StudioError as error:
        raise typer.BadParameter(str(error)) from None


if __name__ == "__main__":
    typer.run(main)
