"""Sentences that no training saw: how they sound, and when the lips must touch in them.

A folder holds `sentences.json`, `speech/NN.flac` (16 kHz, mono), and for every person
`people/<person>/`, the truth that `visavis.studio.truth` reads.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from visavis.core.timeline import FPS, SAMPLE_RATE
from visavis.errors import StudioError
from visavis.studio.articulation import LEAD_S, contact, curves
from visavis.studio.phonemes import Phoneme, segments

Float32 = NDArray[np.float32]
SENTENCES = "sentences.json"
SHUT_FROM = 0.999  # share of the contact from which the lips count as meant to be shut


@dataclass(frozen=True)
class Sentence:
    """One spoken sentence; `seen`: its voice speaks in the training too. Times in seconds."""

    number: int
    voice: str
    seen: bool
    text: str
    frames: int
    phonemes: tuple[Phoneme, ...]

    def articulation(self) -> Float32:
        """What the mouth does, [frames, 19], as in `dataset.CHANNELS`."""
        moved = curves(self.phonemes, self.frames)
        return np.concatenate((moved.weights, moved.tongue_up[:, None]), 1).astype(np.float32)

    def closed(self) -> NDArray[np.bool_]:
        """In which frames p, b or m holds the lips shut."""
        times_s = (np.arange(self.frames) + 0.5) / FPS + LEAD_S
        return contact(segments(self.phonemes), "PP", times_s) >= SHUT_FROM

    def sound(self, folder: Path) -> Float32:
        """Mono PCM at 16 kHz from the held-out folder. Raises `MediaError`."""
        from visavis.media.audiofile import read_mono  # the renderer's environment has no PyAV

        pcm = np.zeros(self.frames * SAMPLE_RATE // FPS, np.float32)
        heard = read_mono(folder / sound_name(self.number))[: len(pcm)]
        pcm[: len(heard)] = heard
        return pcm

    def entry(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self) | {"phonemes": [list(phoneme) for phoneme in self.phonemes]}


def default_folder() -> Path:
    """The held-out set of a checkout; it is not part of an installed visavis."""
    return Path(__file__).parents[3] / "bench" / "data" / "heldout"


def sound_name(number: int) -> str:
    """Where a sentence's sound lies in the folder."""
    return f"speech/{number:02d}.flac"


def read_sentences(folder: Path) -> list[Sentence]:
    """All sentences of a held-out folder. Raises `StudioError` if there are none."""
    try:
        entries = json.loads((folder / SENTENCES).read_text("utf-8"))
    except OSError as error:
        raise StudioError(
            f"{folder} holds no held-out sentences: name their folder with --heldout."
        ) from error
    return [
        Sentence(**(entry | {"phonemes": tuple(Phoneme(*p) for p in entry["phonemes"])}))
        for entry in entries
    ]
