"""Teach the SyncTalk_2D family's sound side: the encoder, then the generator's audio branch.

The encoder learns to tell the mouth's shape in the middle of its window, as eight numbers that
repeat over the 16×16 maps into which the family folds a feature; so the audio branch finds the same
numbers everywhere. The branch learns to tell the articulation of the video frame from 16 windows.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, cast

import numpy as np
import torch
import typer
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as fn

from visavis.core.mel import SILENCE
from visavis.core.window import WindowSpec
from visavis.studio import checkpoint
from visavis.studio.corpus import Spoken, encoder_windows, load_corpus, mel_frames
from visavis.studio.hearing import ARTICULATION
from visavis.studio.progress import tracked
from visavis.studio.synctalk import FEATURES, ROWS, AudioModel, SyncTalkEncoder
from visavis.studio.train_generator import schedule

Float32 = NDArray[np.float32]
SPEC = WindowSpec()  # the family's
SEED = 4
NUMBERS = 8  # that a feature tells of a mouth
MIDDLE = 2  # frames from a window's index to the frame in its middle
LEVEL_DB, FLOOR_DB = 9.0, 45.0  # spread of the loudness; noise up to so far above the threshold
DB = 8 / 100  # one decibel in units of mel
SMALL = 8  # side of the maps on which the branch learns; what it computes is the same everywhere
CLIPS, RUN = 8, 6  # clips a step, frames of each
LOOSE = 96  # windows a step of the encoder's own stage


class Shapes(nn.Module):
    """Articulation [B, 19] ↔ NUMBERS in 0 to 1, by principal components."""

    mean: Tensor
    axes: Tensor
    spread: Tensor

    def __init__(self, articulation: Tensor | None = None) -> None:
        super().__init__()
        known = torch.eye(ARTICULATION).repeat(2, 1) if articulation is None else articulation
        mean = known.mean(0)
        axes = torch.linalg.svd(known - mean, full_matrices=False)[2][:NUMBERS].T
        spread = ((known - mean) @ axes).std(0) * 5
        for name, value in (("mean", mean), ("axes", axes), ("spread", spread)):
            self.register_buffer(name, value)

    def numbers(self, articulation: Tensor) -> Tensor:
        """What a feature repeats."""
        return (((articulation - self.mean) @ self.axes) / self.spread + 0.4).clamp(0, 1)

    def feature(self, articulation: Tensor) -> Tensor:
        """The feature [B, 512] of a mouth: two maps of 2×2 tiles."""
        tiles = self.numbers(articulation).view(-1, 2, 2, 2)
        return tiles.repeat(1, 1, 8, 8).flatten(1)


class Hearing(nn.Module):
    """Encoder and audio branch, with what reads the articulation off the branch in training."""

    def __init__(self, shapes: Shapes) -> None:
        super().__init__()
        self.shapes = shapes
        self.encoder, self.branch = SyncTalkEncoder(), AudioModel()
        self.read = nn.Conv2d(512, ARTICULATION, 1)

    def articulation(self, features: Tensor, side: int = 16) -> Tensor:
        """Features [B, ROWS, 512] → articulation [B, 19], of the first `side`² of each map."""
        maps = features.reshape(-1, 2 * ROWS, 16, 16)[..., :side, :side]
        heard = self.read(self.branch(maps))
        return cast("Tensor", heard[:, :, 2:-1, 2:-1].float().mean((2, 3)))


@dataclass(frozen=True)
class Lesson:
    """A clip as the encoder sees it: windows [frames + 1, bands, length], labels [frames, 19]."""

    windows: Float32
    labels: Float32


def lessons(corpus: list[Spoken]) -> list[Lesson]:
    """All clips that are long enough."""
    long = [clip for clip in corpus if clip.frames > RUN + ROWS + MIDDLE]
    return [
        Lesson(
            encoder_windows(mel_frames(clip.pcm), clip.frames - MIDDLE, SPEC),
            clip.labels().articulation,
        )
        for clip in tracked(long, "mel")
    ]


def in_a_room(windows: Float32, random: np.random.Generator) -> Float32:
    """Another loudness and a floor of coloured noise, in the mel domain."""
    loud = windows + random.normal(0, LEVEL_DB * DB)
    floor = float(SILENCE) + random.uniform(0, FLOOR_DB) * DB
    tilt = np.linspace(0, random.uniform(-20, 0) * DB, windows.shape[1])[:, None]
    hiss = floor + tilt + random.normal(0, 4 * DB, windows.shape)
    heard: Float32 = np.clip(np.maximum(loud, hiss), -4, 4).astype(np.float32)
    return heard


def drawn(
    known: list[Lesson], clips: int, run: int, random: np.random.Generator
) -> tuple[Tensor, Tensor]:
    """Runs of `run` windows of random clips [clips·run, 1, 80, 16], and the articulation in the
    middle of each [clips·run, 19]."""
    windows, labels = [], []
    for pick in random.integers(0, len(known), clips):
        lesson = known[pick]
        first = int(random.integers(0, len(lesson.windows) - run + 1))
        windows.append(in_a_room(lesson.windows[first : first + run], random))
        labels.append(lesson.labels[first + MIDDLE : first + MIDDLE + run])
    return (
        torch.from_numpy(np.concatenate(windows))[:, None],
        torch.from_numpy(np.concatenate(labels)),
    )


def encoder_loss(hearing: Hearing, known: list[Lesson], random: np.random.Generator) -> Tensor:
    """The squared error of the features of loose windows."""
    windows, labels = drawn(known, LOOSE, 1, random)
    with torch.autocast("cpu", torch.bfloat16):
        made = hearing.encoder(windows)
    return cast("Tensor", fn.mse_loss(made.float(), hearing.shapes.feature(labels)) * 10)


def branch_loss(hearing: Hearing, known: list[Lesson], random: np.random.Generator) -> Tensor:
    """The error of the articulation of runs of frames, and of its motion."""
    windows, labels = drawn(known, CLIPS, RUN + ROWS - 1, random)
    features, true = heard(hearing, windows, labels)
    with torch.autocast("cpu", torch.bfloat16):
        made = hearing.articulation(features, SMALL)
    error = (made - true).view(CLIPS, RUN, -1)
    motion = error.diff(dim=1).abs().mean()
    return cast("Tensor", fn.smooth_l1_loss(made, true, beta=0.05) + 0.5 * motion)


@torch.no_grad()
def heard(hearing: Hearing, windows: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
    """Runs of windows → rows of features [CLIPS·RUN, ROWS, 512] and the articulation of the frames
    that they stand for."""
    hearing.encoder.eval()
    features = hearing.encoder(windows).view(CLIPS, -1, FEATURES)
    rows = features.unfold(1, ROWS, 1).transpose(2, 3).flatten(0, 1)
    own = SPEC.left - SPEC.shift - MIDDLE  # the row whose middle is the frame
    true = labels.view(CLIPS, -1, labels.shape[1])[:, own : own + RUN].flatten(0, 1)
    return rows, true


def train(
    known: list[Lesson], folder: Path, encoder_steps: int, branch_steps: int, rate: float = 1.5e-3
) -> Hearing:
    """Train both parts, or read what is done from `folder`."""
    torch.manual_seed(SEED)
    random = np.random.default_rng(SEED)
    labels = np.concatenate([lesson.labels for lesson in known])
    hearing = Hearing(Shapes(torch.from_numpy(labels[:: max(1, len(labels) // 20000)])))
    stages = (
        ("encoder.pt", encoder_loss, hearing.encoder, encoder_steps),
        ("hearing.pt", branch_loss, nn.ModuleList([hearing.branch, hearing.read]), branch_steps),
    )
    for name, loss_of, part, steps in stages:
        path = folder / name
        if path.exists():
            hearing.load_state_dict(checkpoint.load(path)["hearing"])
            continue
        optimizer = torch.optim.AdamW(part.parameters(), rate, weight_decay=0.01)
        level = 0.0
        for step in tracked(range(steps), name):
            part.train()
            loss = loss_of(hearing, known, random)
            optimizer.zero_grad()
            loss.backward()
            for group in optimizer.param_groups:
                group["lr"] = rate * schedule(step, steps)
            optimizer.step()
            level += (loss.item() - level) / min(step + 1, 50)
            if (step + 1) % 100 == 0 or step + 1 == steps:
                typer.echo(f"{name} {step + 1} loss {level:.4f}")
        checkpoint.save(path, {"hearing": hearing.state_dict()})
    return cast("Hearing", hearing.eval())


def load(folder: Path) -> Hearing:
    """What `train` made."""
    hearing = Hearing(Shapes())
    hearing.load_state_dict(checkpoint.load(folder / "hearing.pt")["hearing"])
    return cast("Hearing", hearing.eval())


def main(
    folder: Annotated[Path, typer.Argument(help="work folder for checkpoints")],
    corpus: Annotated[list[Path], typer.Option(help="speech corpus; may be given again")],
    encoder_steps: Annotated[int, typer.Option()] = 4000,
    branch_steps: Annotated[int, typer.Option()] = 600,
    threads: Annotated[int, typer.Option()] = 1,
) -> None:
    """Teach the family to hear."""
    torch.set_num_threads(threads)
    speech = [clip for path in corpus for clip in load_corpus(path)]
    train(lessons(speech), folder, encoder_steps, branch_steps)


if __name__ == "__main__":
    typer.run(main)
