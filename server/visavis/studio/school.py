"""Teach a listener by speech that sounds new in every step: `python -m visavis.studio.school`.

On a graphics card hundreds of hours pass in minutes; without one it takes days, and the short
lessons after it (`--gentle`) half an hour.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, cast

import numpy as np
import torch
import typer
from torch import Tensor

from visavis.core.timeline import SAMPLE_RATE
from visavis.errors import StudioError
from visavis.studio import air, tensor_mel
from visavis.studio.air import Air
from visavis.studio.bank import PIECE, Bank
from visavis.studio.corpus import REST, WINDOWS, Spoken, load_corpus
from visavis.studio.hearing import ROWS
from visavis.studio.lesson import Batch, Lesson, Pupil, Schooling, report
from visavis.studio.listener import Listener, span
from visavis.studio.progress import tracked
from visavis.studio.rooms import office
from visavis.studio.tensor_mel import Ear
from visavis.studio.voices import diphones
from visavis.studio.voices.catalogue import NATURAL

RATE, GENTLE_RATE = 2e-3, 4e-4
SIZE = 128  # pieces of a step
NOISES, NOISE_S = 240, 20
REPORTS = 6  # of a lesson
SILENT = 0  # the class of sounds that stands for none


@dataclass(frozen=True)
class Classroom:
    """What pieces are drawn from and how they are disturbed."""

    bank: Bank
    noises: Tensor
    air: Air
    ear: Ear
    offset: int = WINDOWS.offset  # of a window's first mel frame: how far ahead it hears

    def batch(self, size: int) -> Batch:
        """Pieces as they are heard, and their truth."""
        said = self.bank.draw(size)
        nobody = air.some(said.pcm, self.air.nobody)
        said.articulation[nobody] = torch.from_numpy(REST).to(self.bank.device)
        said.contact[nobody], said.speech[nobody], said.sound[nobody] = 0, 0, SILENT
        pcm = air.heard(said.pcm, nobody, self.noises, self.air)
        mel = tensor_mel.another(tensor_mel.mel(pcm, span(PIECE), self.offset), self.ear)
        truth = (said.articulation, said.contact, said.sound, said.speech)
        return Batch(mel.transpose(1, 2).contiguous(), *(part[:, ROWS - 1 :] for part in truth))


def noises(count: int, seconds: int, device: torch.device) -> Tensor:
    """Rooms in which nobody speaks [count, samples]."""
    random = np.random.default_rng(0)
    made = [office(seconds * SAMPLE_RATE, random) for _ in tracked(range(count), "noises")]
    return torch.from_numpy(np.stack(made)).half().to(device)


def teach(
    pupil: Pupil, room: Classroom, schooling: Schooling, held_out: Sequence[Spoken], path: Path
) -> Listener:
    """From the pupil's step to the last; what it has learnt is saved on the way. The averaged
    weights are returned, on the processor."""
    torch.manual_seed(schooling.seed * 1_000_003 + pupil.step)
    lesson, began = Lesson(room.bank.row.articulation), time.monotonic()
    best = cast("Listener", pupil.average.network)
    for _ in tracked(range(pupil.step, schooling.steps), "listener"):
        pupil.listener.train()
        loss = pupil.learn(room.batch(schooling.size), lesson, schooling.rate_at(pupil.step))
        if pupil.step % schooling.log_every == 0 or pupil.step == schooling.steps:
            pupil.seconds += time.monotonic() - began
            pupil.save(path)
            typer.echo(f"{pupil.step} loss {loss:.4f} after {pupil.seconds:.0f} s")
            for name, reached in report(best.cpu(), held_out).items():
                typer.echo(f"  {name:12} {reached}")
            best.to(room.bank.device)
            began = time.monotonic()
    return cast("Listener", best.cpu())


def classroom(clips: Sequence[Spoken], gentle: bool, seed: int = 1) -> Classroom:
    """For rough lessons or gentle ones, on a graphics card if there is one.

    Raises:
        StudioError: there is no speech, for gentle lessons none by voices from recordings.
    """
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    if gentle:
        clips = [clip for clip in clips if clip.voice in (*NATURAL, *diphones.VOICES)]
    if not clips:
        raise StudioError("There is nothing to hear in this corpus; synthesize speech there first.")
    bank = Bank(clips, device, copies=1 if gentle else 3, seed=seed)
    manner = (air.GENTLE, tensor_mel.GENTLE) if gentle else (air.ROUGH, tensor_mel.ROUGH)
    return Classroom(bank, noises(NOISES, NOISE_S, device), *manner)


def main(
    folder: Annotated[Path, typer.Argument(help="work folder for checkpoints")],
    corpus: Annotated[list[Path], typer.Option(help="speech corpus; may be given again")],
    held_out: Annotated[list[Path], typer.Option(help="speech corpus never trained on")],
    steps: Annotated[int, typer.Option()] = 10_000,
    size: Annotated[int, typer.Option(help="pieces of a step")] = SIZE,
    seed: Annotated[int, typer.Option()] = 1,
    start: Annotated[Path | None, typer.Option(help="listener.pt to begin with")] = None,
    gentle: Annotated[
        bool, typer.Option("--gentle", help="voices from recordings, little disturbed")
    ] = False,
) -> None:
    """Teach one listener."""
    room = classroom([clip for path in corpus for clip in load_corpus(path)], gentle, seed)
    unheard = [clip for path in held_out for clip in load_corpus(path)]
    rate = GENTLE_RATE if gentle else RATE
    schooling = Schooling(steps, size, rate, max(1, steps // REPORTS), seed)
    pupil, path = Pupil.fresh(rate, seed, room.bank.device), folder / "listener.pt"
    if path.exists():
        pupil.resume(path)
    elif start:
        pupil.begin_with(start)
    teach(pupil, room, schooling, unheard, path)


if __name__ == "__main__":
    typer.run(main)
