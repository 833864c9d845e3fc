"""Train the painter: template window and true articulation → the rendered picture."""

import math
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import torch
import typer
from torch import Tensor, nn
from torch.nn import functional as fn

from visavis.errors import StudioError
from visavis.studio import checkpoint
from visavis.studio.crops import Pairs
from visavis.studio.framing import Framing
from visavis.studio.painters import SHIPPED, painter
from visavis.studio.painting import PaintingLoss, carrying_error, quality
from visavis.studio.pool import Pool
from visavis.studio.precision import fast

POSE_WEIGHT = 0.02
FLOW_WEIGHT = 0.2
SEED = 1


@dataclass(frozen=True)
class Recipe:
    """How to train: until `steps`, or until `seconds` of processor time are over."""

    design: str = SHIPPED
    steps: int = 3500
    seconds: float = math.inf
    batch: int = 16
    rate: float = 1.5e-3  # at its peak
    log_every: int = 250


class Run:
    """A painter in training, resumed from `folder` if it has been begun there."""

    def __init__(self, pool: Pool, folder: Path, recipe: Recipe, start: Path | None) -> None:
        torch.manual_seed(SEED)
        self.pool, self.recipe, self.path = pool, recipe, folder / "painter.pt"
        self.painter = painter(recipe.design, pool.framing.window)
        if start:
            begin(self.painter, checkpoint.load(start)["average"])
        self.painter = self.painter.to(memory_format=torch.channels_last)
        self.average = checkpoint.Average(self.painter, 0.998)
        self.optimizer = torch.optim.AdamW(
            self.painter.parameters(), recipe.rate, weight_decay=0.02, fused=True
        )
        self.loss = PaintingLoss(pool.framing)
        self.step, self.seconds = 0, 0.0
        self.report: dict[str, float] = {}
        if self.path.exists():
            self._resume(checkpoint.load(self.path))

    def _resume(self, state: dict[str, Any]) -> None:
        self.painter.load_state_dict(state["painter"])
        self.average.network.load_state_dict(state["average"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.step, self.seconds, self.report = state["step"], state["seconds"], state["report"]

    def done(self) -> float:
        """How much of the recipe is done, 0 to 1."""
        return max(self.step / self.recipe.steps, self.seconds / self.recipe.seconds)

    def advance(self, random: torch.Generator) -> float:
        """One step; returns its loss."""
        began = time.process_time()
        for group in self.optimizer.param_groups:
            group["lr"] = self.recipe.rate * min(1.0, (self.step + 1) / 100) * cosine(self.done())
        batch, true_pose = self.pool.augmented(self.recipe.batch, random)
        with fast():
            window = batch.template.to(memory_format=torch.channels_last)
            painted = self.painter(window, batch.articulation)
        loss: Tensor = self.loss(painted.picture, batch)
        loss = loss + POSE_WEIGHT * fn.smooth_l1_loss(painted.pose, true_pose, beta=0.3)
        if painted.flow is not None:
            loss = loss + FLOW_WEIGHT * carrying_error(painted.flow, batch)
        self.optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(self.painter.parameters(), 1.0)
        self.optimizer.step()
        self.average.update(self.painter, self.step)
        self.step += 1
        self.seconds += time.process_time() - began
        return float(loss.item())

    def save(self) -> None:
        """Measure and write the state."""
        if len(self.pool.held_out):
            self.report = quality(self.average.network, self.pool)
        parts = {
            "design": self.recipe.design,
            "framing": torch.from_numpy(self.pool.framing.numbers()),
            "painter": self.painter.state_dict(),
            "average": self.average.network.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "pose": self.pool.pose,
            "step": self.step,
            "seconds": self.seconds,
            "crops": len(self.pool.train),
            "report": self.report,
        }
        checkpoint.save(self.path, parts)


def train(
    pairs: Path, folder: Path, recipe: Recipe, start: Path | None = None, pool: Pool | None = None
) -> Run:
    """Train, or resume from `folder`; pairs that are added to the file meanwhile are taken in.

    `start` is a painter to begin with, of the same design; the averaged weights are what counts.
    """
    path, read_at = folder / "painter.pt", pairs.stat().st_mtime
    known = checkpoint.load(path)["pose"] if path.exists() else None
    run = Run(pool or Pool(Pairs.load(pairs), known), folder, recipe, start)
    random = torch.Generator().manual_seed(SEED + run.step)
    while run.done() < 1:
        loss = run.advance(random)
        if run.step % recipe.log_every == 0 or run.done() >= 1:
            run.save()
            figures = " ".join(f"{name} {value:.4g}" for name, value in run.report.items())
            typer.echo(
                f"{run.done():4.0%} step {run.step} {run.seconds:.0f} s {loss:.4f} {figures}"
            )
            if pairs.stat().st_mtime != read_at:
                read_at = pairs.stat().st_mtime
                run.pool = Pool(Pairs.load(pairs), run.pool.pose)
    return run


def begin(painter: nn.Module, weights: dict[str, Tensor]) -> None:
    """Begin with another painter's weights; layers that it lacks stay as they are.

    Raises `StudioError` if the other is of another make.
    """
    try:
        painter.load_state_dict({**painter.state_dict(), **weights})
    except RuntimeError as error:
        raise StudioError("The painter to begin with is of another make.") from error


def cosine(done: float) -> float:
    """Half a cosine down to 2 %."""
    return 0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * min(1.0, done)))


def schedule(step: int, steps: int) -> float:
    """Short warm-up, then half a cosine down to 2 %."""
    return min(1.0, (step + 1) / 100) * cosine(step / steps)


def load(path: Path) -> tuple[nn.Module, Framing, dict[str, Any]]:
    """The averaged painter of a checkpoint, its framing and the whole state."""
    state = checkpoint.load(path)
    framing = Framing.of(state["framing"])
    network = painter(state["design"], framing.window)
    network.load_state_dict(state["average"])
    return network.eval(), framing, state


def main(
    pairs: Annotated[Path, typer.Argument(help="npz of training pairs")],
    folder: Annotated[Path, typer.Argument(help="work folder for checkpoints")],
    steps: Annotated[int, typer.Option()] = 3500,
    minutes: Annotated[float, typer.Option(help="stop after so much processor time")] = math.inf,
    batch_size: Annotated[int, typer.Option()] = 16,
    rate: Annotated[float, typer.Option(help="peak learning rate")] = 1.5e-3,
    start: Annotated[Path | None, typer.Option(help="painter.pt to begin with")] = None,
    design: Annotated[str, typer.Option()] = SHIPPED,
    threads: Annotated[int, typer.Option()] = 1,
) -> None:
    """Train the painter."""
    torch.set_num_threads(threads)
    recipe = Recipe(design, steps, minutes * 60, batch_size, rate)
    train(pairs, folder, recipe, start)


if __name__ == "__main__":
    typer.run(main)
