"""A contact sheet of held-out frames: template, painted, rendered, mask, difference."""

from pathlib import Path
from typing import Annotated

import numpy as np
import torch
import typer

from visavis.studio import checkpoint
from visavis.studio.crops import Pairs
from visavis.studio.networks import Painter, activity_gate, blend, window_border
from visavis.studio.pictures import write_png
from visavis.studio.train_generator import Pool

GAIN = 4  # how much the difference is enlarged


def columns(pool: Pool, painter: Painter, count: int) -> torch.Tensor:
    """[count, 5, 3, side, side] in [0, 1]: the held-out pairs that move, evenly picked."""
    moving = activity_gate(pool.articulation[pool.held_out]).flatten() > 0
    held_out = pool.held_out[moving]
    batch = pool.exact(held_out[torch.linspace(0, len(held_out) - 1, count).long()])
    with torch.no_grad():
        painted, _ = painter(batch.template, batch.articulation)
    made = blend(painted, batch.template, batch.articulation, window_border())
    mask = painted[:, 3:] * activity_gate(batch.articulation) * window_border()
    difference = ((made - batch.target).abs() * GAIN).clamp(0, 1)
    rows = (batch.template, made, batch.target, mask.expand(-1, 3, -1, -1), difference)
    return torch.stack(rows, 1)


def main(
    pairs: Annotated[Path, typer.Argument(help="npz of training pairs")],
    work: Annotated[Path, typer.Argument(help="folder with painter.pt")],
    out: Annotated[Path, typer.Argument(help="PNG to write")],
    count: Annotated[int, typer.Option(help="columns")] = 10,
) -> None:
    """Draw the sheet."""
    painter = Painter()
    painter.load_state_dict(checkpoint.load(work / "painter.pt")["average"])
    tiles = columns(Pool(Pairs.load(pairs)), painter.eval(), count)
    picture = tiles.permute(1, 3, 0, 4, 2).flatten(2, 3).flatten(0, 1).numpy()
    write_png(out, np.rint(picture * 255).astype(np.uint8))


if __name__ == "__main__":
    typer.run(main)
