"""Train the painter: template window and true articulation → the rendered picture."""

import math
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated, cast

import numpy as np
import torch
import typer
from torch import Tensor
from torch.nn import functional as fn

from visavis.studio import checkpoint
from visavis.studio.crops import MARGIN, WINDOW, Pairs
from visavis.studio.dataset import HELD_OUT_CLIPS
from visavis.studio.networks import Painter, activity_gate, blend, window_border
from visavis.studio.progress import tracked
from visavis.studio.registration import register, shifted_pose

MOUTH = (slice(36, 122), slice(22, 124))  # rows and columns of the window
MOUTH_WEIGHT = 4.0
EDGE_WEIGHT = 1.5
POSE_WEIGHT = 0.02
MASK_WEIGHT = 0.004  # keeps the mask at 0 where the template already is right
SEED = 1


@dataclass(frozen=True)
class Batch:
    """Patches of WINDOW pixels in [0, 1] and their articulation."""

    template: Tensor
    target: Tensor
    articulation: Tensor


class Pool:
    """Training pairs in memory, cut to batches."""

    def __init__(self, pairs: Pairs) -> None:
        self.templates = torch.from_numpy(pairs.templates)
        self.targets = torch.from_numpy(pairs.targets)
        self.articulation = torch.from_numpy(pairs.articulation)
        self.index = torch.from_numpy(pairs.index)
        held = torch.from_numpy(np.isin(pairs.clip, HELD_OUT_CLIPS))
        moving = activity_gate(self.articulation).flatten() > 0
        self.train = (~held & moving).nonzero().flatten()  # rest needs no learning
        self.held_out = held.nonzero().flatten()

    @cached_property
    def pose(self) -> Tensor:
        """Head pose per template frame [loop, 6], of patches with their margin."""
        return register(self.templates.float() / 255)

    def exact(self, chosen: Tensor) -> Batch:
        """Pairs as they are."""
        inner = slice(MARGIN, MARGIN + WINDOW)
        template = self.templates[self.index[chosen], :, inner, inner].float() / 255
        target = self.targets[chosen, :, inner, inner].float() / 255
        return Batch(template, target, self.articulation[chosen])

    def augmented(self, size: int, random: torch.Generator) -> tuple[Batch, Tensor]:
        """Random training pairs, shifted, tinted and with a little articulation noise; and where
        the head is in each, [B, 6]."""
        picks = torch.randint(len(self.train), (size,), generator=random)
        chosen = self.train[picks]
        shifts = 2 * torch.randint(0, MARGIN + 1, (size, 2), generator=random)
        template = _shifted(self.templates[self.index[chosen]], shifts)
        target = _shifted(self.targets[chosen], shifts)
        level = 1 + 0.05 * torch.randn(size, 1, 1, 1, generator=random)
        tint = level + 0.02 * torch.randn(size, 3, 1, 1, generator=random)
        noise = 0.01 * torch.randn(size, self.articulation.shape[1], generator=random)
        articulation = self.articulation[chosen]
        batch = Batch(
            (template * tint).clamp(0, 1),
            (target * tint).clamp(0, 1),
            torch.where(articulation > 0, articulation + noise, articulation),
        )
        pose = self.pose[self.index[chosen]]
        return batch, shifted_pose(pose, shifts - MARGIN, WINDOW + 2 * MARGIN, WINDOW)


def _shifted(patches: Tensor, corners: Tensor) -> Tensor:
    """Even shifts only: chroma comes in blocks of 2×2 pixels."""
    windows = [
        patch[:, y : y + WINDOW, x : x + WINDOW]
        for patch, (y, x) in zip(patches, corners.tolist(), strict=True)
    ]
    return torch.stack(windows).float() / 255


def edges(picture: Tensor) -> tuple[Tensor, Tensor]:
    """Horizontal and vertical differences of neighbouring pixels."""
    return picture[..., 1:] - picture[..., :-1], picture[..., 1:, :] - picture[..., :-1, :]


def loss_of(painted: Tensor, batch: Batch, border: Tensor) -> Tensor:
    """Weighted L1, the same for edges on two scales, and a price on the mask."""
    result = blend(painted, batch.template, batch.articulation, border)
    weight = torch.ones(1, 1, WINDOW, WINDOW)
    weight[:, :, MOUTH[0], MOUTH[1]] = MOUTH_WEIGHT
    loss = ((result - batch.target).abs() * weight).mean()
    coarse = fn.avg_pool2d(result, 2), fn.avg_pool2d(batch.target, 2), fn.avg_pool2d(weight, 2)
    for made, true, importance in ((result, batch.target, weight), coarse):
        for a, b, w in zip(edges(made), edges(true), edges_weight(importance), strict=True):
            loss = loss + EDGE_WEIGHT * ((a - b).abs() * w).mean()
    return cast("Tensor", loss + MASK_WEIGHT * painted[:, 3:].mean())


def edges_weight(weight: Tensor) -> tuple[Tensor, Tensor]:
    """The weight map cut to the shape of the edges."""
    return weight[..., 1:], weight[..., 1:, :]


@torch.no_grad()
def mouth_psnr(painter: Painter, pool: Pool, border: Tensor) -> tuple[float, float]:
    """Held-out PSNR in dB of the mouth region: (painted, template unchanged)."""
    errors = []
    for chosen in pool.held_out.split(32):
        batch = pool.exact(chosen)
        with torch.autocast("cpu", torch.bfloat16):
            painted, _ = painter(batch.template, batch.articulation)
        result = blend(painted, batch.template, batch.articulation, border)
        both = torch.stack((result, batch.template)) - batch.target
        errors.append(both[..., MOUTH[0], MOUTH[1]].square().mean((2, 3, 4)))
    made, base = (-10 * torch.cat(errors, 1).mean(1).log10()).tolist()
    return made, base


def train(
    pool: Pool, folder: Path, steps: int, batch_size: int, rate: float, log_every: int = 250
) -> Painter:
    """Train, or resume from `folder`, up to `steps`; the averaged weights are returned."""
    torch.manual_seed(SEED)
    painter = Painter().to(memory_format=torch.channels_last)
    average = checkpoint.Average(painter, 0.998)
    optimizer = torch.optim.AdamW(painter.parameters(), rate, weight_decay=0.02)
    path, start = folder / "painter.pt", 0
    if path.exists():
        state = checkpoint.load(path)
        painter.load_state_dict(state["painter"])
        average.network.load_state_dict(state["average"])
        optimizer.load_state_dict(state["optimizer"])
        start = state["step"]
    random = torch.Generator().manual_seed(SEED + start)
    border = window_border()
    for step in tracked(range(start, steps), "painter"):
        for group in optimizer.param_groups:
            group["lr"] = rate * schedule(step, steps)
        batch, true_pose = pool.augmented(batch_size, random)
        with torch.autocast("cpu", torch.bfloat16):
            painted, pose = painter(
                batch.template.to(memory_format=torch.channels_last), batch.articulation
            )
        loss = loss_of(painted, batch, border)
        loss = loss + POSE_WEIGHT * fn.smooth_l1_loss(pose, true_pose, beta=0.3)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(painter.parameters(), 1.0)
        optimizer.step()
        average.update(painter, step)
        if (step + 1) % log_every == 0 or step + 1 == steps:
            psnr = mouth_psnr(average.network, pool, border)
            typer.echo(f"{step + 1} loss {loss.item():.4f} mouth {psnr[0]:.2f} dB ({psnr[1]:.2f})")
            parts = {
                "painter": painter.state_dict(),
                "average": average.network.state_dict(),
                "optimizer": optimizer.state_dict(),
                "step": step + 1,
                "mouth_psnr_db": psnr[0],
                "template_psnr_db": psnr[1],
            }
            checkpoint.save(path, parts)
    return cast("Painter", average.network)


def schedule(step: int, steps: int) -> float:
    """Short warm-up, then half a cosine down to 2 %."""
    warm = min(1.0, (step + 1) / 100)
    return warm * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * step / steps)))


def main(
    pairs: Annotated[Path, typer.Argument(help="npz of training pairs")],
    folder: Annotated[Path, typer.Argument(help="work folder for checkpoints")],
    steps: Annotated[int, typer.Option()] = 3500,
    batch_size: Annotated[int, typer.Option()] = 16,
    rate: Annotated[float, typer.Option(help="peak learning rate")] = 1.5e-3,
    threads: Annotated[int, typer.Option()] = 1,
) -> None:
    """Train the painter."""
    torch.set_num_threads(threads)
    train(Pool(Pairs.load(pairs)), folder, steps, batch_size, rate)


if __name__ == "__main__":
    typer.run(main)
