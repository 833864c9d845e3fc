"""A contact sheet of held-out frames: template, painted, rendered, mask, difference."""

from pathlib import Path
from typing import Annotated

import numpy as np
import torch
import typer
from torch import nn

from visavis.studio import train_generator
from visavis.studio.crops import Pairs
from visavis.studio.networks import activity_gate, blend, window_border
from visavis.studio.pictures import write_png
from visavis.studio.pool import Pool

GAIN = 4  # how much the difference is enlarged


def columns(pool: Pool, painter: nn.Module, count: int) -> torch.Tensor:
    """[count, 5, 3, side, side] in [0, 1]: the held-out pairs, evenly picked."""
    border = window_border(pool.framing.window)
    batch = pool.exact(pool.held_out[torch.linspace(0, len(pool.held_out) - 1, count).long()])
    with torch.no_grad():
        painted = painter(batch.template, batch.articulation).picture
    made = blend(painted, batch.template, batch.articulation, border)
    mask = painted[:, 3:] * activity_gate(batch.articulation) * border
    difference = ((made - batch.target).abs() * GAIN).clamp(0, 1)
    rows = (batch.template, made, batch.target, mask.expand(-1, 3, -1, -1), difference)
    return torch.stack(rows, 1)


def main(
    pairs: Annotated[Path, typer.Argument(help="npz of training pairs")],
    painter: Annotated[Path, typer.Argument(help="painter.pt")],
    out: Annotated[Path, typer.Argument(help="PNG to write")],
    count: Annotated[int, typer.Option(help="columns")] = 8,
) -> None:
    """Draw the sheet."""
    network, _, state = train_generator.load(painter)
    tiles = columns(Pool(Pairs.load(pairs), state["pose"]), network, count)
    picture = tiles.permute(1, 3, 0, 4, 2).flatten(2, 3).flatten(0, 1).numpy()
    write_png(out, np.rint(picture * 255).astype(np.uint8))


if __name__ == "__main__":
    typer.run(main)
