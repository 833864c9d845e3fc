"""Speech as many microphones hear it, ready to teach the compatible family with:
`python -m visavis.studio.stretches`.

A stretch is one long row of clips, each through a room, a line and perhaps another speaker's throat
of its own, as mel frames in bytes with the phonemes beside them. Computed once, used for hours;
the labels follow from the phonemes whenever it is read.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from numpy.typing import NDArray

from visavis.core.mel import MelSpec
from visavis.core.timeline import FRAME_SAMPLES
from visavis.errors import StudioError
from visavis.studio.corpus import MEL, Spoken, load_corpus, mel_frames
from visavis.studio.labels import Labels, joined, labels
from visavis.studio.microphone import heard, nobody
from visavis.studio.phonemes import PAUSE, Phoneme
from visavis.studio.progress import tracked
from visavis.studio.voices.utterance import Speech

Float32 = NDArray[np.float32]
Bytes = NDArray[np.uint8]
Random = np.random.Generator
BEAT = 5  # video frames after which any family's windows fall on the same places of its mel frames
FAMILY = MelSpec()  # how SyncTalk_2D hears
CLIPS = 400  # of a stretch
SCALES = (33, 48)  # of 40: other speakers' size, pitch and pace together
LONGEST_PAUSE_S = 0.8
LEVELS = 255.0
SEED = 3


@dataclass(frozen=True)
class Mix:
    """Shares of a stretch's clips: `clean` of those with speech as no microphone changed them,
    `silent` with nobody speaking, `scaled` said by a larger or smaller speaker."""

    clean: float
    silent: float
    scaled: float


ROUGH = Mix(clean=0.22, silent=0.1, scaled=0.6)


@dataclass(frozen=True)
class Stretch:
    """`mel` [beats · mel frames per beat, bands] in bytes, and what to learn from it."""

    mel: Bytes
    labels: Labels

    @property
    def beats(self) -> int:
        return len(self.labels) // BEAT


def in_bytes(mel: Float32) -> Bytes:
    """Mel levels -4..4 as 0..255, exact to 0.2 dB."""
    coarse: Bytes = np.rint((mel + 4) * (LEVELS / 8)).astype(np.uint8)
    return coarse


def in_levels(coarse: Bytes) -> Float32:
    """The reverse of `in_bytes`."""
    return coarse.astype(np.float32) * np.float32(8 / LEVELS) - np.float32(4)


def varied(clip: Spoken, random: Random, scaled: float = ROUGH.scaled) -> Spoken:
    """Another size of speaker for the share `scaled`, pauses around, whole beats."""
    scale = int(random.integers(*SCALES)) if random.random() < scaled else 40
    speech = Speech(clip.pcm, MEL.sample_rate, clip.phonemes)
    speech = speech.resampled(MEL.sample_rate, Fraction(scale, 40))
    lead, tail = (random.uniform(0, LONGEST_PAUSE_S, 2) * MEL.sample_rate).astype(int)
    tail += -(lead + len(speech.pcm) + tail) % (BEAT * FRAME_SAMPLES)
    pcm = np.pad(speech.pcm, (lead, tail))
    lead_s, length_s = lead / MEL.sample_rate, len(pcm) / MEL.sample_rate
    spoken = [sound.shifted(lead_s) for sound in speech.phonemes]
    before = Phoneme(PAUSE, 0.0, spoken[0].start_s)
    after = Phoneme(PAUSE, spoken[-1].end_s, length_s)
    return Spoken(clip.voice, clip.text, pcm, (before, *spoken, after))


@dataclass(frozen=True)
class Part:
    """One clip as heard, or a room without one: mel in bytes and what is said when."""

    mel: Bytes
    phonemes: tuple[Phoneme, ...]
    frames: int


def _part(clips: Sequence[Spoken], random: Random, mix: Mix) -> Part:
    clip = varied(clips[int(random.integers(len(clips)))], random, mix.scaled)
    others = [clips[int(i)].pcm for i in random.integers(0, len(clips), 8)]
    pcm, phonemes = clip.pcm, clip.phonemes
    if random.random() < mix.silent:
        pcm = nobody(len(pcm), others, random)
        phonemes = (Phoneme(PAUSE, 0.0, phonemes[-1].end_s),)
    elif random.random() >= mix.clean:
        pcm = heard(pcm, others, random)
    whole = clip.frames * FRAME_SAMPLES // FAMILY.hop
    return Part(in_bytes(mel_frames(pcm, FAMILY)[:whole]), phonemes, clip.frames)


def build(clips: Sequence[Spoken], number: int, size: int = CLIPS, mix: Mix = ROUGH) -> list[Part]:
    """The parts of stretch `number`: the same clips, number and mix give the same ones."""
    random = np.random.default_rng((SEED, number))
    return [_part(clips, random, mix) for _ in range(size)]


def save(path: Path, parts: Sequence[Part]) -> None:
    """Write beside the name and rename."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(".part.npz")
    sounds = [sound for part in parts for sound in part.phonemes]
    np.savez(
        beside,
        mel=np.concatenate([part.mel for part in parts]),
        frames=[part.frames for part in parts],
        sounds=[len(part.phonemes) for part in parts],
        symbols=[sound.symbol for sound in sounds],
        times_s=[(sound.start_s, sound.end_s) for sound in sounds],
    )
    beside.replace(path)


def load(path: Path) -> Stretch:
    """What `save` wrote, with the labels that follow from it.

    Raises:
        StudioError: a phoneme symbol is unknown.
    """
    with np.load(path) as arrays:
        times_s = arrays["times_s"].tolist()
        sounds = [Phoneme(s, *t) for s, t in zip(arrays["symbols"].tolist(), times_s, strict=True)]
        ends = np.cumsum(arrays["sounds"])
        clips = zip(ends - arrays["sounds"], ends, arrays["frames"].tolist(), strict=True)
        truth = [labels(sounds[first:end], frames) for first, end, frames in clips]
        return Stretch(arrays["mel"], joined(truth))


class Library:
    """The finished stretches of a folder, each read once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._read: dict[Path, Stretch] = {}

    def stretches(self) -> list[Stretch]:
        """All that are there by now; StudioError if there is none."""
        for path in sorted(self._folder.glob("[0-9][0-9][0-9].npz")):
            if path not in self._read:
                self._read[path] = load(path)
        if not self._read:
            raise StudioError(f"{self._folder} holds no stretches: make them from a corpus first.")
        return list(self._read.values())


def main(
    folder: Annotated[Path, typer.Argument(help="where NNN.npz go")],
    corpus: Annotated[list[Path], typer.Option(help="speech corpus; may be given again")],
    count: Annotated[int, typer.Option(help="stretches to reach")] = 24,
) -> None:
    """Make the stretches that are not there yet."""
    clips = [clip for path in corpus for clip in load_corpus(path)]
    if not clips:
        raise StudioError("There is nothing to hear in this corpus; synthesize speech there first.")
    for number in tracked(range(count), "stretches"):
        path = folder / f"{number:03d}.npz"
        if not path.exists():
            save(path, build(clips, number))


if __name__ == "__main__":
    typer.run(main)
