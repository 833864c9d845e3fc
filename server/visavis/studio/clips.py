"""Speech clips on disk: wave files and one list of what is said and how the mouth moves."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from visavis.core.timeline import FRAME_SAMPLES, SAMPLE_RATE
from visavis.errors import StudioError
from visavis.studio.articulation import curves
from visavis.studio.phonemes import PAUSE, Phoneme
from visavis.studio.voices.utterance import Samples, Speech
from visavis.studio.wav import write_wav

LEAD_S = 0.24
TAIL_S = 0.20
PEAK = 0.7
DECIMALS = 4


@dataclass(frozen=True)
class Clip:
    """One text as spoken by one voice: whole video frames of 16 kHz samples, and phonemes."""

    number: int
    voice: str
    text: str
    pcm: Samples
    phonemes: tuple[Phoneme, ...]

    @property
    def frames(self) -> int:
        """Video frames of 640 samples."""
        return len(self.pcm) // FRAME_SAMPLES

    def entry(self) -> dict[str, Any]:
        """What `meta.json` says of the clip: times in seconds, weights per frame.

        The weights are those of the times as written, so that anyone can derive them again.
        """
        written = [
            Phoneme(p.symbol, round(p.start_s, DECIMALS), round(p.end_s, DECIMALS))
            for p in self.phonemes
        ]
        movement = curves(written, self.frames)
        return {
            "id": self.number,
            "voice": self.voice,
            "text": self.text,
            "frames": self.frames,
            "ph": [list(phoneme) for phoneme in written],
            "names": list(movement.names),
            "weights": movement.weights.round(DECIMALS).tolist(),
            "tongue_up": movement.tongue_up.round(DECIMALS).tolist(),
        }


def framed(number: int, voice: str, text: str, speech: Speech) -> Clip:
    """Put silence around 16 kHz speech, level it, and fill the last video frame.

    Raises:
        StudioError: the speech is silent or has no phonemes.
    """
    loudest = float(np.abs(speech.pcm).max(initial=0.0))
    if loudest == 0.0 or not speech.phonemes:
        raise StudioError(f"Voice {voice} said nothing for {text!r}; change the text.")
    lead, tail = round(LEAD_S * SAMPLE_RATE), round(TAIL_S * SAMPLE_RATE)
    tail += -(lead + len(speech.pcm) + tail) % FRAME_SAMPLES
    pcm = np.pad(speech.pcm * np.float32(PEAK / loudest), (lead, tail))
    spoken = [phoneme.shifted(LEAD_S) for phoneme in speech.phonemes]
    before = Phoneme(PAUSE, 0.0, LEAD_S)
    after = Phoneme(PAUSE, spoken[-1].end_s, len(pcm) / SAMPLE_RATE)
    return Clip(number, voice, text, pcm.astype(np.float32), (before, *spoken, after))


class ClipFolder:
    """`DIR/speech`: `NNNN.wav` files and `meta.json`, which is written whole or not at all.

    A wave file without an entry is the rest of a broken run and is written again.
    """

    def __init__(self, folder: Path) -> None:
        self._speech = folder / "speech"
        self._speech.mkdir(parents=True, exist_ok=True)
        self._meta = self._speech / "meta.json"
        entries = self._read()
        self.frames_of: dict[str, int] = {}
        for entry in entries:
            self._count(entry["voice"], entry["frames"])
        self._lines = [_encoded(entry) for entry in entries]

    def __len__(self) -> int:
        return len(self._lines)

    def add(self, clip: Clip) -> None:
        """Write the samples and remember the entry; `save` makes it last."""
        write_wav(self._speech / f"{clip.number:04d}.wav", clip.pcm, SAMPLE_RATE)
        self._lines.append(_encoded(clip.entry()))
        self._count(clip.voice, clip.frames)

    def save(self) -> None:
        """Write `meta.json` beside itself and rename it."""
        beside = self._meta.with_suffix(".part")
        beside.write_text(_listed(self._lines), encoding="utf-8")
        beside.replace(self._meta)

    def _count(self, voice: str, frames: int) -> None:
        self.frames_of[voice] = self.frames_of.get(voice, 0) + frames

    def _read(self) -> list[dict[str, Any]]:
        if not self._meta.exists():
            return []
        try:
            entries: list[dict[str, Any]] = json.loads(self._meta.read_text(encoding="utf-8"))
        except ValueError as error:
            raise StudioError(f"{self._meta} is damaged; delete it to begin again.") from error
        return entries


def _encoded(entry: Mapping[str, Any]) -> str:
    return json.dumps(entry, ensure_ascii=False, separators=(",", ":"))


def _listed(lines: Iterable[str]) -> str:
    return "[\n" + ",\n".join(lines) + "\n]\n"
