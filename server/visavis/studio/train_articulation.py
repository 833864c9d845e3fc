"""Train speech → articulation: the audio encoder and the head, on audio and labels alone."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, cast

import numpy as np
import torch
import typer
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as fn

from visavis.studio import checkpoint
from visavis.studio.augment import augmented, nobody_speaking, other_throat
from visavis.studio.corpus import (
    WINDOWS,
    Spoken,
    encoder_windows,
    load_clips,
    load_corpus,
    mel_frames,
    resting,
    silent_window,
)
from visavis.studio.dataset import CHANNELS, HELD_OUT_CLIPS, Dataset
from visavis.studio.hearing import ArticulationHead, AudioEncoder
from visavis.studio.networks import PRESS
from visavis.studio.opening import agreement
from visavis.studio.progress import tracked
from visavis.studio.train_generator import schedule

Float32 = NDArray[np.float32]
SILENT_SHARE = 0.1  # of the clips nobody speaks in
THROAT_SHARE = 0.6  # of the clips get another vocal tract
CLEAN_SHARE = 0.2  # of the clips stay as they are
SCALE_FLOOR = 0.05  # rare channels are not blown up beyond this spread
CLOSURE_WEIGHT = 3.0  # frames with pressed lips count this much more
JAW_WEIGHT = 2.0
MOTION_WEIGHT = 0.5
OPENING_WEIGHT = 0.1
OPENING_PX = {
    "jawOpen": 15.0,
    "mouthLowerDownLeft": 2.3,
    "mouthLowerDownRight": 2.3,
    "mouthUpperUpLeft": 2.3,
    "mouthUpperUpRight": 2.3,
    "mouthFunnel": 1.8,
    "mouthPucker": -1.5,
    "mouthRollLower": -2.4,
    "mouthPressLeft": -0.8,
    "mouthPressRight": -0.8,
}  # what a full weight adds to the gap between the lips, fitted to the renders (r = 0.98)
OPENING_SPREAD_PX = 2.8
SEED = 2


class Listener(nn.Module):
    """Encoder and head together, as the runtime chains them."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = AudioEncoder()
        self.head = ArticulationHead()

    def forward(self, windows: Tensor, clips: list[int]) -> Tensor:
        """Encoder windows of several clips, one after the other [sum, bands, length], preceded
        by one window of silence → articulation [sum, 19]."""
        features = self.encoder(windows[:, None])
        silence, spoken = features[:1], features[1:]
        before = silence.expand(WINDOWS.left, -1)
        rows = [
            torch.cat((before, clip)).unfold(0, WINDOWS.rows, 1).transpose(1, 2)
            for clip in spoken.split(clips)
        ]
        return cast("Tensor", self.head(torch.cat(rows)))


@dataclass(frozen=True)
class Batch:
    """Encoder windows with silence first, frames of each clip, labels [sum, 19]."""

    windows: Tensor
    clips: list[int]
    labels: Tensor


def batch_of(mels: list[Float32], labels: list[Float32]) -> Batch:
    """Windows and labels of several clips, from their mel frames [frames, bands]."""
    clips = [len(label) for label in labels]
    windows = [encoder_windows(mel, n) for mel, n in zip(mels, clips, strict=True)]
    stacked = np.concatenate([silent_window()[None], *windows])
    return Batch(torch.from_numpy(stacked), clips, torch.from_numpy(np.concatenate(labels)))


def draw(corpus: list[Spoken], size: int, random: np.random.Generator) -> Batch:
    """Random clips through random rooms; some of them silent."""
    mels, labels = [], []
    others = [corpus[i].pcm for i in random.integers(0, len(corpus), 8)]
    for pick in random.integers(0, len(corpus), size):
        clip, chance = corpus[pick], random.random()
        if chance < SILENT_SHARE:
            mels.append(mel_frames(nobody_speaking(len(clip.pcm), random)))
            labels.append(resting(clip.frames))
            continue
        clean = chance < SILENT_SHARE + CLEAN_SHARE
        mel = mel_frames(clip.pcm if clean else augmented(clip.pcm, others, random))
        mels.append(other_throat(mel, random) if random.random() < THROAT_SHARE else mel)
        labels.append(clip.articulation)
    return batch_of(mels, labels)


def channel_weights(corpus: list[Spoken]) -> Tensor:
    """Inverse spread per channel [19], jaw opening emphasised."""
    spread = np.concatenate([clip.articulation for clip in corpus]).std(0)
    weights = 1 / np.maximum(spread, SCALE_FLOOR)
    weights[CHANNELS.index("jawOpen")] *= JAW_WEIGHT
    return torch.from_numpy((weights / weights.mean()).astype(np.float32))


def loss_of(predicted: Tensor, batch: Batch, weights: Tensor) -> Tensor:
    """Weighted smooth L1, more where lips are pressed, the same for frame-to-frame motion, and
    the squared error of the opening, which unlike L1 does not favour a mouth half shut."""
    press = [CHANNELS.index(name) for name in PRESS]
    closed = ((batch.labels[:, press].mean(1) - 0.1) / 0.1).clamp(0, 1)
    error = fn.smooth_l1_loss(predicted, batch.labels, reduction="none", beta=0.05) * weights
    level = (error * (1 + CLOSURE_WEIGHT * closed)[:, None]).mean()
    motion = (predicted.diff(dim=0) - batch.labels.diff(dim=0)).abs() * weights
    opening = predicted.new_tensor([OPENING_PX.get(name, 0.0) for name in CHANNELS])
    gap = ((predicted - batch.labels) @ opening / OPENING_SPREAD_PX).square().mean()
    return cast("Tensor", level + MOTION_WEIGHT * motion.mean() + OPENING_WEIGHT * gap)


@torch.no_grad()
def predict(listener: Listener, clip: Spoken) -> Float32:
    """Articulation [frames, 19] of one clip."""
    batch = batch_of([mel_frames(clip.pcm)], [clip.articulation])
    return cast("Float32", listener(batch.windows, batch.clips).numpy())


def report(listener: Listener, corpus: list[Spoken]) -> dict[str, tuple[float, int]]:
    """Per voice: correlation of jaw opening and its best lag in frames."""
    jaw = CHANNELS.index("jawOpen")
    curves: dict[str, list[Float32]] = {}
    for clip in corpus:
        both = np.stack((predict(listener, clip)[:, jaw], clip.articulation[:, jaw]))
        curves.setdefault(clip.voice, []).append(both)
    joined = {voice: np.concatenate(parts, 1) for voice, parts in curves.items()}
    return {voice: agreement(both[0], both[1]) for voice, both in sorted(joined.items())}


def train(
    corpus: list[Spoken],
    held_out: list[Spoken],
    folder: Path,
    steps: int,
    clips: int = 8,
    rate: float = 1.5e-3,
    log_every: int = 250,
) -> Listener:
    """Train, or resume from `folder`, up to `steps`; the averaged weights are returned."""
    torch.manual_seed(SEED)
    listener = Listener()
    average = checkpoint.Average(listener, 0.998)
    optimizer = torch.optim.AdamW(listener.parameters(), rate, weight_decay=0.02)
    path, start = folder / "listener.pt", 0
    if path.exists():
        state = checkpoint.load(path)
        listener.load_state_dict(state["listener"])
        average.network.load_state_dict(state["average"])
        optimizer.load_state_dict(state["optimizer"])
        start = state["step"]
    random = np.random.default_rng((SEED, start))
    weights = channel_weights(corpus)
    for step in tracked(range(start, steps), "listener"):
        for group in optimizer.param_groups:
            group["lr"] = rate * schedule(step, steps)
        batch = draw(corpus, clips, random)
        with torch.autocast("cpu", torch.bfloat16):
            predicted = listener(batch.windows, batch.clips)
        loss = loss_of(predicted.float(), batch, weights)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(listener.parameters(), 1.0)
        optimizer.step()
        average.update(listener, step)
        if (step + 1) % log_every == 0 or step + 1 == steps:
            voices = report(cast("Listener", average.network), held_out)
            typer.echo(f"{step + 1} loss {loss.item():.4f} jaw {_line(voices)}")
            parts = {
                "listener": listener.state_dict(),
                "average": average.network.state_dict(),
                "optimizer": optimizer.state_dict(),
                "step": step + 1,
            }
            checkpoint.save(path, parts)
    return cast("Listener", average.network)


def _line(voices: dict[str, tuple[float, int]]) -> str:
    return " ".join(f"{voice} {r:.3f}@{lag:+d}" for voice, (r, lag) in voices.items())


def main(
    folder: Annotated[Path, typer.Argument(help="work folder for checkpoints")],
    corpus: Annotated[list[Path], typer.Option(help="speech corpus; may be given again")],
    data: Annotated[Path, typer.Option(help="rendered data set, its clips are heard too")],
    held_out: Annotated[list[Path], typer.Option(help="speech corpus never trained on")],
    steps: Annotated[int, typer.Option()] = 4500,
    rate: Annotated[float, typer.Option(help="peak learning rate")] = 1.5e-3,
    threads: Annotated[int, typer.Option()] = 1,
) -> None:
    """Train the listener."""
    torch.set_num_threads(threads)
    rendered = Dataset(data)
    heard = [clip for clip in rendered.clips if clip not in HELD_OUT_CLIPS]
    speech = [clip for path in corpus for clip in load_corpus(path)]
    unseen = [clip for path in held_out for clip in load_corpus(path)]
    unseen += load_clips(rendered, list(HELD_OUT_CLIPS))
    typer.echo(f"{len(speech)} clips, {sum(clip.frames for clip in speech) / 1500:.0f} minutes")
    train(speech + load_clips(rendered, heard), unseen, folder, steps, rate=rate)


if __name__ == "__main__":
    typer.run(main)
