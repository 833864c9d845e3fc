"""Teach the SyncTalk_2D family's sound side: the encoder, then the generator's audio branch.

The encoder learns to tell what the mouth does and what is being said in the middle of its window,
as numbers that repeat over the 16×16 maps into which the family folds a feature; so the audio
branch finds the same numbers everywhere. The branch learns to tell the articulation of the video
frame from 16 windows.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, cast

import numpy as np
import torch
import typer
from torch import Tensor, nn
from torch.nn import functional as fn

from visavis.studio import checkpoint
from visavis.studio.hearing import ARTICULATION
from visavis.studio.labels import CLASSES
from visavis.studio.lesson import Lesson
from visavis.studio.precision import fast
from visavis.studio.progress import tracked
from visavis.studio.stretches import Library, Stretch
from visavis.studio.synctalk import FEATURES, ROWS, AudioModel, SyncTalkEncoder
from visavis.studio.synctalk_tiles import SIDE, Shapes, tile
from visavis.studio.synctalk_windows import OWN, drawn
from visavis.studio.train_generator import schedule

SEED = 4
VISEME_WEIGHT = 1.0  # what is said must be told apart before it can be shown
RUNS, WINDOWS = 1200, 100  # that the branch learns from
PIECES, RUN = 16, 10  # pieces of a step, frames of each
LOOSE = 128  # windows of a step of the encoder's own stages


class Hearing(nn.Module):
    """Encoder and audio branch, with what reads sounds and articulation off them in training."""

    def __init__(self, shapes: Shapes) -> None:
        super().__init__()
        self.shapes = shapes
        self.encoder, self.branch = SyncTalkEncoder(), AudioModel()
        self.encoder.to(memory_format=torch.channels_last)  # faster on a processor
        self.read = nn.Conv2d(512, ARTICULATION, 1)
        self.said = nn.Linear(FEATURES, len(CLASSES))

    def articulation(self, tiles: Tensor) -> Tensor:
        """Tiles [B, ROWS, NUMBERS] → articulation [B, 19]: what the branch computes in the middle
        of maps that repeat the tiles for ever."""
        maps = tiles.reshape(-1, 2 * ROWS, SIDE, SIDE)
        return cast("Tensor", self.read(endless(self.branch, maps)).float().mean((2, 3)))


def endless(branch: AudioModel, maps: Tensor) -> Tensor:
    """What the branch makes of maps [B, 32, SIDE, SIDE] that repeat beyond their edges: the
    [B, 512, SIDE/2, SIDE/2] that repeat in what it gives."""
    layers = [layer for layer in branch.modules() if isinstance(layer, nn.Conv2d)]
    for layer in layers:
        layer.padding_mode = "circular"
    try:
        x = branch.conv2(branch.conv1(maps))
        x = branch.conv4(fn.relu(branch.bn3(branch.conv3(x))))
        around = fn.pad(x, (1, 1, 1, 1), mode="circular")
        last = branch.conv5
        x = fn.conv2d(around, last.weight, last.bias, last.stride)
        return cast("Tensor", branch.conv7(branch.conv6(fn.relu(branch.bn5(x)))))
    finally:
        for layer in layers:
            layer.padding_mode = "zeros"


def begin(encoder: SyncTalkEncoder) -> nn.Sequential:
    """Let the residual blocks pass on what they get; returns the blocks without them: the same
    function and weights, for less."""
    for block in encoder:
        if block.residual:
            nn.init.zeros_(block.conv_block[1].weight)
    return nn.Sequential(*(block for block in encoder if not block.residual))


def encoder_loss(
    hearing: Hearing,
    blocks: nn.Sequential,
    known: Sequence[Stretch],
    random: np.random.Generator,
) -> Tensor:
    """The squared error of the features of loose windows, and how badly sounds are told apart
    from what the last block but one gives."""
    truth = drawn(known, LOOSE, 1, random)
    with fast():
        late = blocks[:-1](truth.windows.to(memory_format=torch.channels_last))
        made = blocks[-1](late).flatten(1).float()
    wanted = hearing.shapes.feature(truth.articulation, truth.viseme)
    said = hearing.said(late.flatten(1).float())
    return cast(
        "Tensor",
        fn.mse_loss(made, wanted) * 10
        + VISEME_WEIGHT * fn.cross_entropy(said, truth.viseme, label_smoothing=0.05),
    )


@dataclass(frozen=True)
class Told:
    """What the encoder tells of runs: tiles [runs, windows, NUMBERS], and the truth of the frame
    in the middle of each window: articulation [runs, windows, 19], contact [runs, windows, 2]."""

    tiles: Tensor
    articulation: Tensor
    contact: Tensor


@torch.no_grad()
def told(hearing: Hearing, known: Sequence[Stretch], random: np.random.Generator) -> Told:
    """Runs to teach the branch with: the encoder does not change any more."""
    hearing.encoder.eval()
    parts = []
    for _ in tracked(range(RUNS), "listening"):
        heard = drawn(known, 1, WINDOWS, random)
        with fast():
            features = hearing.encoder(heard.windows.to(memory_format=torch.channels_last))
        parts.append((tile(features.float()), heard.articulation, heard.contact))
    return Told(*(torch.stack(part) for part in zip(*parts, strict=True)))


def branch_loss(
    hearing: Hearing, runs: Told, lesson: Lesson, random: np.random.Generator
) -> Tensor:
    """The listener's lesson, for runs of frames."""
    picks = torch.from_numpy(random.integers(0, RUNS, PIECES))
    first = int(random.integers(0, WINDOWS - RUN - ROWS + 2))
    rows = runs.tiles[picks, first : first + RUN + ROWS - 1].unfold(1, ROWS, 1).transpose(2, 3)
    with fast():
        made = hearing.articulation(rows.flatten(0, 1))
    own = slice(first + OWN, first + OWN + RUN)
    made = made.float().unflatten(0, (PIECES, RUN))
    return lesson.mouth(made, runs.articulation[picks, own], runs.contact[picks, own])


@dataclass(frozen=True)
class Stage:
    """A part of the training: what learns, by which loss, for how long."""

    name: str
    part: nn.Module
    loss: Callable[[np.random.Generator], Tensor]
    steps: int
    rate: float


def stages(hearing: Hearing, known: Sequence[Stretch], steps: tuple[int, int, int]) -> list[Stage]:
    """The encoder without its residual blocks, the whole encoder, the branch."""
    bare = begin(hearing.encoder)

    def encoding(blocks: nn.Sequential) -> Callable[[np.random.Generator], Tensor]:
        return lambda random: encoder_loss(hearing, blocks, known, random)

    runs = cache(lambda: told(hearing, known, np.random.default_rng(SEED)))
    truth = np.concatenate([stretch.labels.articulation for stretch in known])
    lesson, (first, whole, branch) = Lesson(torch.from_numpy(truth)), steps
    return [
        Stage("bare", nn.ModuleList([bare, hearing.said]), encoding(bare), first, 3e-3),
        Stage(
            "encoder",
            nn.ModuleList([hearing.encoder, hearing.said]),
            encoding(nn.Sequential(*hearing.encoder)),
            whole,
            1e-3,
        ),
        Stage(
            "hearing",
            nn.ModuleList([hearing.branch, hearing.read]),
            lambda random: branch_loss(hearing, runs(), lesson, random),
            branch,
            2e-3,
        ),
    ]


def learn(stage: Stage, random: np.random.Generator) -> None:
    """All steps of a stage."""
    optimizer = torch.optim.AdamW(stage.part.parameters(), stage.rate, weight_decay=0.01)
    level = 0.0
    for step in tracked(range(stage.steps), stage.name):
        stage.part.train()
        loss = stage.loss(random)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(stage.part.parameters(), 1.0)
        for group in optimizer.param_groups:
            group["lr"] = stage.rate * schedule(step, stage.steps)
        optimizer.step()
        level += (loss.item() - level) / min(step + 1, 50)
        if (step + 1) % 100 == 0 or step + 1 == stage.steps:
            typer.echo(f"{stage.name} {step + 1} loss {level:.4f}")


def train(known: Sequence[Stretch], folder: Path, steps: tuple[int, int, int]) -> Hearing:
    """Run every stage, or read what is done from `folder`."""
    torch.manual_seed(SEED)
    random = np.random.default_rng(SEED)
    labels = np.concatenate([stretch.labels.articulation[::50] for stretch in known])
    hearing, seconds = Hearing(Shapes(torch.from_numpy(labels))), 0.0
    for stage in stages(hearing, known, steps):
        path = folder / f"{stage.name}.pt"
        if path.exists():
            state = checkpoint.load(path)
            hearing.load_state_dict(state["hearing"])
            seconds = state["seconds"]
            continue
        began = time.process_time()
        learn(stage, random)
        seconds += time.process_time() - began
        state = {"hearing": hearing.state_dict(), "steps": list(steps), "seconds": seconds}
        checkpoint.save(path, state)
    return cast("Hearing", hearing.eval())


def load(folder: Path) -> Hearing:
    """What `train` made."""
    hearing = Hearing(Shapes())
    hearing.load_state_dict(checkpoint.load(folder / "hearing.pt")["hearing"])
    return cast("Hearing", hearing.eval())


def main(
    folder: Annotated[Path, typer.Argument(help="work folder for checkpoints")],
    stretches: Annotated[Path, typer.Option(help="folder of stretches")],
    bare_steps: Annotated[int, typer.Option()] = 8000,
    encoder_steps: Annotated[int, typer.Option()] = 1200,
    branch_steps: Annotated[int, typer.Option()] = 1000,
    threads: Annotated[int, typer.Option()] = 1,
) -> None:
    """Teach the family to hear."""
    torch.set_num_threads(threads)
    train(Library(stretches).stretches(), folder, (bare_steps, encoder_steps, branch_steps))


if __name__ == "__main__":
    typer.run(main)
