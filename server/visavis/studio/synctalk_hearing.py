"""Teach the SyncTalk_2D family's sound side: the encoder, then the generator's audio branch.

The encoder learns to tell what the mouth does and what is being said in the middle of its window,
as numbers that repeat over the 16×16 maps into which the family folds a feature; so the audio
branch finds the same numbers everywhere. The branch learns to tell the articulation of the video
frame from 16 windows.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, cast

import numpy as np
import torch
import typer
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as fn

from visavis.core.window import WindowSpec
from visavis.studio import checkpoint
from visavis.studio.corpus import MEL
from visavis.studio.hearing import ARTICULATION
from visavis.studio.labels import CLASSES
from visavis.studio.lessons import another
from visavis.studio.progress import tracked
from visavis.studio.stretches import Library, Stretch, in_levels
from visavis.studio.synctalk import FEATURES, ROWS, AudioModel, SyncTalkEncoder
from visavis.studio.train_generator import schedule

Float32 = NDArray[np.float32]
SPEC = WindowSpec()  # the family's
SEED = 4
SIDE = 4  # of a tile, of which each of a feature's two maps holds 4×4
NUMBERS = 2 * SIDE * SIDE
AXES = NUMBERS - len(CLASSES)  # principal components that a feature tells of a mouth
MIDDLE = 2  # frames from a window's index to the frame in its middle
VISEME_WEIGHT = 1.0  # what is said must be told apart before it can be shown
PIECES, RUN = 8, 6  # pieces of a step, frames of each
LOOSE = 128  # windows of a step of the encoder's own stages


@dataclass(frozen=True)
class Heard:
    """Windows [N, 1, bands, length], and of the frame in the middle of each the articulation
    [N, 19] and the viseme [N]."""

    windows: Tensor
    articulation: Tensor
    viseme: Tensor


class Shapes(nn.Module):
    """Articulation [B, 19] and viseme [B] → NUMBERS in 0 to 1: principal components, and a one
    at the class of sounds."""

    mean: Tensor
    axes: Tensor
    spread: Tensor

    def __init__(self, articulation: Tensor | None = None) -> None:
        super().__init__()
        known = torch.eye(ARTICULATION).repeat(2, 1) if articulation is None else articulation
        mean = known.mean(0)
        axes = torch.linalg.svd(known - mean, full_matrices=False)[2][:AXES].T
        spread = ((known - mean) @ axes).std(0).clamp(min=1e-3) * 5
        for name, value in (("mean", mean), ("axes", axes), ("spread", spread)):
            self.register_buffer(name, value)

    def feature(self, articulation: Tensor, viseme: Tensor) -> Tensor:
        """The feature [B, 512]: two maps of 4×4 tiles."""
        mouth = (((articulation - self.mean) @ self.axes) / self.spread + 0.4).clamp(0, 1)
        said = fn.one_hot(viseme, len(CLASSES)).to(mouth.dtype)
        tiles = torch.cat((mouth, said), 1).view(-1, 2, SIDE, SIDE)
        return tiles.repeat(1, 1, 16 // SIDE, 16 // SIDE).flatten(1)


class Hearing(nn.Module):
    """Encoder and audio branch, with what reads sounds and articulation off them in training."""

    def __init__(self, shapes: Shapes) -> None:
        super().__init__()
        self.shapes = shapes
        self.encoder, self.branch = SyncTalkEncoder(), AudioModel()
        self.encoder.to(memory_format=torch.channels_last)  # faster on a processor
        self.read = nn.Conv2d(512, ARTICULATION, 1)
        self.said = nn.Linear(FEATURES, len(CLASSES))

    def articulation(self, features: Tensor) -> Tensor:
        """Features [B, ROWS, 512] → articulation [B, 19]."""
        heard = self.read(self.branch(features.reshape(-1, 2 * ROWS, 16, 16)))
        return cast("Tensor", heard[:, :, 2:-2, 2:-2].float().mean((2, 3)))


def begin(encoder: SyncTalkEncoder) -> nn.Sequential:
    """Let the residual blocks pass on what they get; returns the blocks without them: the same
    function and weights, at a third of the cost."""
    for block in encoder:
        if block.residual:
            nn.init.zeros_(block.conv_block[1].weight)
    return nn.Sequential(*(block for block in encoder if not block.residual))


def drawn(
    stretches: Sequence[Stretch], pieces: int, run: int, random: np.random.Generator
) -> Heard:
    """Runs of `run` windows of random places, each in another room."""
    beats = np.array([stretch.beats for stretch in stretches], float)
    parts = []
    for pick in random.choice(len(stretches), pieces, p=beats / beats.sum()):
        stretch = stretches[pick]
        first = int(random.integers(0, len(stretch.labels) - run - 2 * MIDDLE - 1))
        starts = np.array([SPEC.mel_start(first + index, MEL.rate) for index in range(run)])
        mel = another(in_levels(stretch.mel[starts[0] : starts[-1] + SPEC.length]), random)
        windows = mel[(starts - starts[0])[:, None] + np.arange(SPEC.length)].transpose(0, 2, 1)
        middle = slice(first + MIDDLE, first + MIDDLE + run)
        parts.append((windows, stretch.labels.articulation[middle], stretch.labels.viseme[middle]))
    windows, articulation, viseme = (
        torch.from_numpy(np.concatenate(part)) for part in zip(*parts, strict=True)
    )
    return Heard(windows[:, None], articulation, viseme)


def encoder_loss(
    hearing: Hearing,
    blocks: nn.Sequential,
    known: Sequence[Stretch],
    random: np.random.Generator,
) -> Tensor:
    """The squared error of the features of loose windows, and how badly sounds are told apart
    from what the last block but one gives."""
    truth = drawn(known, LOOSE, 1, random)
    with torch.autocast("cpu", torch.bfloat16):
        late = blocks[:-1](truth.windows.to(memory_format=torch.channels_last))
        made = blocks[-1](late).flatten(1).float()
    wanted = hearing.shapes.feature(truth.articulation, truth.viseme)
    said = hearing.said(late.flatten(1).float())
    return cast(
        "Tensor",
        fn.mse_loss(made, wanted) * 10
        + VISEME_WEIGHT * fn.cross_entropy(said, truth.viseme, label_smoothing=0.05),
    )


def branch_loss(hearing: Hearing, known: Sequence[Stretch], random: np.random.Generator) -> Tensor:
    """The error of the articulation of runs of frames, and of its motion."""
    features, true = rows(hearing, drawn(known, PIECES, RUN + ROWS - 1, random))
    with torch.autocast("cpu", torch.bfloat16):
        made = hearing.articulation(features)
    error = (made - true).view(PIECES, RUN, -1)
    motion = error.diff(dim=1).abs().mean()
    return cast("Tensor", fn.smooth_l1_loss(made, true, beta=0.05) + 0.5 * motion)


@torch.no_grad()
def rows(hearing: Hearing, heard: Heard) -> tuple[Tensor, Tensor]:
    """Runs of windows → rows of features [PIECES·RUN, ROWS, 512] and the articulation of the frames
    that they stand for."""
    hearing.encoder.eval()
    features = hearing.encoder(heard.windows).view(PIECES, -1, FEATURES)
    found = features.unfold(1, ROWS, 1).transpose(2, 3).flatten(0, 1)
    own = SPEC.left - SPEC.shift - MIDDLE  # the row whose middle is the frame
    true = heard.articulation.view(PIECES, -1, ARTICULATION)[:, own : own + RUN]
    return found, true.flatten(0, 1)


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

    first, whole, branch = steps
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
            lambda random: branch_loss(hearing, known, random),
            branch,
            1.5e-3,
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
    hearing = Hearing(Shapes(torch.from_numpy(labels)))
    for stage in stages(hearing, known, steps):
        path = folder / f"{stage.name}.pt"
        if path.exists():
            hearing.load_state_dict(checkpoint.load(path)["hearing"])
            continue
        learn(stage, random)
        checkpoint.save(path, {"hearing": hearing.state_dict()})
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
    branch_steps: Annotated[int, typer.Option()] = 600,
    threads: Annotated[int, typer.Option()] = 1,
) -> None:
    """Teach the family to hear."""
    torch.set_num_threads(threads)
    train(Library(stretches).stretches(), folder, (bare_steps, encoder_steps, branch_steps))


if __name__ == "__main__":
    typer.run(main)
