"""Teach the SyncTalk_2D family's generator to draw a person whom a painter already draws.

The painter gives the truth for any template frame and articulation. Up to a quarter of the size
the generator learns on features of the template that are computed once; then, if there is time, the
last stages learn too.
"""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, cast

import numpy as np
import torch
import typer
from torch import Tensor, nn

from visavis.core.colour import planes_to_rgb
from visavis.core.compositor import crop
from visavis.studio import checkpoint, synctalk_hearing, template, train_generator
from visavis.studio.networks import blend, window_border
from visavis.studio.outline import Outline
from visavis.studio.pictures import Bytes
from visavis.studio.precision import fast
from visavis.studio.progress import tracked
from visavis.studio.stretches import Library
from visavis.studio.synctalk import ROI, ROWS, RgbSyncTalk, SyncTalk
from visavis.studio.synctalk_begin import LOW, begin, composed, install
from visavis.studio.synctalk_hearing import WINDOWS, Hearing
from visavis.studio.synctalk_tiles import tile
from visavis.studio.synctalk_windows import drawn

SEED = 5
KEPT_FRAMES = 64  # template frames whose features are kept
SPOKEN = 60  # runs of windows to learn by
BATCH = 8
EDGE_WEIGHT = 1.0


@dataclass(frozen=True)
class Spoken:
    """Frames of speech: rows of features [N, ROWS, 512] and what the branch hears in them."""

    features: Tensor
    articulation: Tensor


def rois(bundle: Path) -> Bytes:
    """The template's ROIs as they ship [frames, 3, ROI, ROI], RGB."""
    outline = Outline.read(bundle, ROI)
    background = template.background_frame(outline.size)
    frames = template.decode_all(outline.clips, bundle, background)
    cuts = []
    for frame, (x, y) in zip(frames, outline.corners, strict=True):
        cuts.append(np.rint(planes_to_rgb(crop(frame, x, y, ROI)) * 255).astype(np.uint8))
    return np.stack(cuts)


@torch.no_grad()
def listen(hearing: Hearing, stretches: Path) -> Spoken:
    """Random frames of speech as the hearing half tells them."""
    known, random = Library(stretches).stretches(), np.random.default_rng(SEED)
    features, articulation = [], []
    for _ in tracked(range(SPOKEN), "hearing"):
        heard = hearing.encoder(drawn(known, 1, WINDOWS, random).windows)
        rows = heard.unfold(0, ROWS, 1).transpose(1, 2)
        features.append(rows)
        articulation.append(hearing.articulation(tile(rows)).clamp(0, 1))
    return Spoken(torch.cat(features), torch.cat(articulation))


class Studio:
    """A painter as the teacher, and the pupil's view of the template."""

    def __init__(self, painter: Path, pictures: Bytes, network: SyncTalk) -> None:
        self.painter, self.framing, _ = train_generator.load(painter)
        self.border = window_border(self.framing.window)
        chosen = np.linspace(0, len(pictures) - 1, min(KEPT_FRAMES, len(pictures))).astype(int)
        self.pictures = torch.from_numpy(pictures[chosen])
        form = RgbSyncTalk(network)
        deep = nn.ModuleList([network.down2, network.down3, network.down4, network.down5])
        with torch.no_grad():
            deep.train()
            network.skips(form.seen(self.pictures[:BATCH].float() / 255))  # norms take their scale
            deep.eval()
            self.skips = [
                [skip.bfloat16() for skip in network.skips(form.seen(picture[None].float() / 255))]
                for picture in tracked(self.pictures, "template")
            ]

    def view(self, chosen: Tensor) -> list[Tensor]:
        """The features of template frames."""
        kept = [self.skips[index] for index in chosen.tolist()]
        return [torch.cat(skips).float() for skips in zip(*kept, strict=True)]

    @torch.no_grad()
    def truth(self, chosen: Tensor, articulation: Tensor) -> Tensor:
        """The window as the painter draws it [B, 3, window, window]."""
        window = self.framing.inside(self.pictures[chosen].float() / 255)
        with fast():
            painted = self.painter(window, articulation).picture
        return blend(painted, window, articulation, self.border)


def difference(made: Tensor, true: Tensor) -> Tensor:
    """L1 of colours and of edges, both pictures of the window."""
    error = made - true
    across, down = error[..., 1:] - error[..., :-1], error[..., 1:, :] - error[..., :-1, :]
    return error.abs().mean() + EDGE_WEIGHT * (across.abs().mean() + down.abs().mean())


class Lesson:
    """The pupil in both stages."""

    def __init__(self, network: SyncTalk, studio: Studio, speech: Spoken) -> None:
        self.network, self.studio, self.speech = network, studio, speech
        self.head = nn.Conv2d(32, LOW, 1)
        nn.init.normal_(self.head.weight, std=0.02)
        nn.init.zeros_(self.head.bias)
        self.random = torch.Generator().manual_seed(SEED)

    def low_loss(self) -> Tensor:
        """Of the stages up to a quarter of the size."""
        skips, sound, true = self._drawn()
        with fast():
            low = self.head(self.network.low(skips, sound))
        return difference(self._window(composed(self.network, skips, low.float())), true)

    def whole_loss(self) -> Tensor:
        """Of the whole network, in full precision: its last stages carry logits on a lift, of
        which half precision would keep tenths (0.034 in place of 0.010 before the first step)."""
        skips, sound, true = self._drawn()
        return difference(self._window(self.network.drawn(skips, sound)), true)

    def _drawn(self) -> tuple[list[Tensor], Tensor, Tensor]:
        frames = torch.randint(len(self.studio.pictures), (BATCH,), generator=self.random)
        spoken = torch.randint(len(self.speech.features), (BATCH,), generator=self.random)
        maps = self.speech.features[spoken].reshape(BATCH, 2 * ROWS, 16, 16)
        with torch.no_grad(), fast():
            sound = self.network.audio_model(maps)
        true = self.studio.truth(frames, self.speech.articulation[spoken])
        return self.studio.view(frames), sound, true

    def _window(self, made: Tensor) -> Tensor:
        return cast("Tensor", self.studio.framing.inside(made[:, [2, 1, 0]]))


def train(lesson: Lesson, path: Path, low_steps: int, whole_steps: int, rate: float) -> None:
    """Both stages, one after the other; writes the network after each."""
    net = lesson.network
    low = nn.ModuleList([net.fuse_conv, net.up1, net.up2, net.up3, lesson.head])
    whole = nn.ModuleList([net.fuse_conv, net.up1, net.up2, net.up3, net.up4, net.up5, net.outc])
    stages = (
        (low, lesson.low_loss, low_steps, rate),
        (whole, lesson.whole_loss, whole_steps, rate / 8),
    )
    began = time.process_time()
    for part, loss_of, steps, peak in stages:
        part.train(part is low)
        optimizer = torch.optim.AdamW(part.parameters(), peak, weight_decay=0.0)
        level = 0.0
        for step in tracked(range(steps), path.name):
            for group in optimizer.param_groups:
                group["lr"] = peak * train_generator.schedule(step, steps)
            loss = loss_of()
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(part.parameters(), 1.0)
            optimizer.step()
            level += (loss.item() - level) / min(step + 1, 50)
            if (step + 1) % 50 == 0 or step + 1 == steps:
                typer.echo(f"step {step + 1} loss {level:.4f}")
        part.eval()
        if part is low:
            install(net, lesson.head)
        state = {"network": net.state_dict(), "steps": [low_steps, whole_steps]}
        checkpoint.save(path, state | {"seconds": time.process_time() - began})


def main(
    bundle: Annotated[Path, typer.Argument(help="the person's own avatar folder")],
    painter: Annotated[Path, typer.Argument(help="painter.pt, the teacher")],
    folder: Annotated[Path, typer.Argument(help="work folder with hearing.pt")],
    stretches: Annotated[Path, typer.Option(help="folder of stretches")],
    low_steps: Annotated[int, typer.Option()] = 800,
    whole_steps: Annotated[int, typer.Option()] = 100,
    rate: Annotated[float, typer.Option()] = 1e-3,
    threads: Annotated[int, typer.Option()] = 1,
) -> None:
    """Teach the family to draw."""
    torch.set_num_threads(threads)
    torch.manual_seed(SEED)
    hearing = synctalk_hearing.load(folder)
    network = SyncTalk()
    begin(network)
    network.audio_model.load_state_dict(hearing.branch.state_dict())
    network.eval()
    studio = Studio(painter, rois(bundle), network)
    lesson = Lesson(network, studio, listen(hearing, stretches))
    train(lesson, folder / "drawing.pt", low_steps, whole_steps, rate)


if __name__ == "__main__":
    typer.run(main)
