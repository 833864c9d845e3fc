"""One listener out of several: `python -m visavis.studio.mean_listener OUT LISTENER LISTENER …`.

Listeners that went on from the same one lie in the same valley, and the mean of their weights hears
better than any of them (model soups, Wortsman and others, 2022).
"""

from pathlib import Path
from typing import Annotated

import torch
import typer
from torch import Tensor

from visavis.errors import StudioError
from visavis.studio import checkpoint


def mean(networks: list[dict[str, Tensor]]) -> dict[str, Tensor]:
    """The mean of networks' weights, tensor by tensor; counts are those of the first.

    Raises `StudioError` unless the networks are of one make.
    """
    first = networks[0]
    shapes = [{name: tensor.shape for name, tensor in network.items()} for network in networks]
    if any(other != shapes[0] for other in shapes):
        raise StudioError("Only listeners of one make have a mean.")
    return {
        name: torch.stack([network[name] for network in networks]).mean(0)
        if tensor.dtype.is_floating_point
        else tensor
        for name, tensor in first.items()
    }


def main(
    out: Annotated[Path, typer.Argument(help="listener.pt to write")],
    listeners: Annotated[list[Path], typer.Argument(help="listener.pt of each")],
) -> None:
    """Write the mean of several listeners."""
    states = [checkpoint.load(path) for path in listeners]
    made = {
        "average": mean([state["average"] for state in states]),
        "seeds": sorted({seed for state in states for seed in state["seeds"]}),
        "step": sum(state["step"] for state in states),
    }
    checkpoint.save(out, made)


if __name__ == "__main__":
    typer.run(main)
