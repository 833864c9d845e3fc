"""Training pairs in memory, cut to batches."""

from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor
from torch.nn import functional as fn

from visavis.studio.crops import Pairs
from visavis.studio.flow import CELL
from visavis.studio.framing import MARGIN, Framing
from visavis.studio.networks import activity_gate
from visavis.studio.registration import register, shifted_pose

NOISE = 0.01  # of the articulation
LEVEL, TINT = 0.02, 0.01  # spread of brightness, and of each colour
SHRINK = 2  # poses are sought in smaller pictures


@dataclass(frozen=True)
class Batch:
    """Windows of W pixels in [0, 1] and their articulation."""

    template: Tensor
    target: Tensor
    articulation: Tensor
    flow: Tensor  # [B, 2, W/2, W/2], where skin lies in the template: pixels right and down
    seen: Tensor  # [B, 1, W/2, W/2], 1 where that is known


class Pool:
    """The pairs of one person."""

    def __init__(self, pairs: Pairs, pose: Tensor | None = None) -> None:
        """`pose` spares the search for the head, if it is of as many template frames."""
        self.framing = Framing.of(pairs.framing)
        self.templates = torch.from_numpy(pairs.templates)
        self.targets = torch.from_numpy(pairs.targets)
        self.articulation = torch.from_numpy(pairs.articulation)
        self.index = torch.from_numpy(pairs.index)
        self.flow, self.seen = torch.from_numpy(pairs.flow), torch.from_numpy(pairs.seen)
        held = torch.from_numpy(pairs.held_out)
        moving = activity_gate(self.articulation).flatten() > 0
        self.train = (~held & moving).nonzero().flatten()  # rest needs no learning
        self.held_out = (held & moving).nonzero().flatten()
        self._pose = pose
        self._of_frame = {
            frame: self.train[self.index[self.train] == frame]
            for frame in set(self.index[self.train].tolist())
        }

    @cached_property
    def pose(self) -> Tensor:
        """Head pose per template frame [frames, 6], of patches with their margin."""
        if self._pose is not None and len(self._pose) == len(self.templates):
            return self._pose
        return register(fn.avg_pool2d(self.templates.float() / 255, SHRINK)) * SHRINK

    def exact(self, chosen: Tensor) -> Batch:
        """Pairs as they are."""
        inner = slice(MARGIN, MARGIN + self.framing.window)
        template = self.templates[self.index[chosen], :, inner, inner].float() / 255
        target = self.targets[chosen, :, inner, inner].float() / 255
        margins = torch.full((len(chosen), 2), MARGIN)
        return Batch(template, target, self.articulation[chosen], *self._flow(chosen, margins))

    def augmented(self, size: int, random: torch.Generator) -> tuple[Batch, Tensor]:
        """Random training pairs, shifted, tinted and with a little articulation noise; and where
        the head is in each, [size, 6].

        The second half are other articulations on the same template windows as the first.
        """
        picks = torch.randint(len(self.train), (size // 2,), generator=random)
        first = self.train[picks]
        chosen = torch.cat((first, self._partners(first, random)))
        shifts = 2 * torch.randint(0, MARGIN + 1, (size // 2, 2), generator=random)
        level = 1 + LEVEL * torch.randn(size // 2, 1, 1, 1, generator=random)
        tint = level + TINT * torch.randn(size // 2, 3, 1, 1, generator=random)
        shifts, tint = shifts.repeat(2, 1), tint.repeat(2, 1, 1, 1)
        noise = NOISE * torch.randn(len(chosen), self.articulation.shape[1], generator=random)
        articulation = self.articulation[chosen]
        batch = Batch(
            (self._shifted(self.templates[self.index[chosen]], shifts) * tint).clamp(0, 1),
            (self._shifted(self.targets[chosen], shifts) * tint).clamp(0, 1),
            torch.where(articulation > 0, articulation + noise, articulation),
            *self._flow(chosen, shifts),
        )
        pose = self.pose[self.index[chosen]]
        side, window = self.framing.patch, self.framing.window
        return batch, shifted_pose(pose, shifts - MARGIN, side, window)

    def _partners(self, chosen: Tensor, random: torch.Generator) -> Tensor:
        """For each pair a random one of the same template frame."""
        groups = [self._of_frame[frame] for frame in self.index[chosen].tolist()]
        picks = [torch.randint(len(group), (), generator=random) for group in groups]
        return torch.stack([group[pick] for group, pick in zip(groups, picks, strict=True)])

    def _flow(self, chosen: Tensor, corners: Tensor) -> tuple[Tensor, Tensor]:
        """Flow and where it is seen, of windows cut at even `corners` [B, 2] of their patches."""
        side = self.framing.window // CELL
        cut = [(..., slice(y, y + side), slice(x, x + side)) for y, x in (corners // CELL).tolist()]
        places = list(zip(chosen.tolist(), cut, strict=True))
        flow = torch.stack([self.flow[n][part] for n, part in places]).float()
        return flow, torch.stack([self.seen[n][None][part] for n, part in places]).float()

    def _shifted(self, patches: Tensor, corners: Tensor) -> Tensor:
        """Even shifts only: chroma comes in blocks of 2×2 pixels."""
        side = self.framing.window
        windows = [
            patch[:, y : y + side, x : x + side]
            for patch, (y, x) in zip(patches, corners.tolist(), strict=True)
        ]
        return torch.stack(windows).float() / 255
