"""Real human speech: five sentences of an audio book with the times of their sounds.

They come with Debian's `pocketsphinx-testdata` (LibriVox, public domain) and are kept out of all
training and of every choice; they only tell how far a listener made of synthetic voices carries.
"""

import re
from pathlib import Path

from visavis.core.timeline import FRAME_SAMPLES, SAMPLE_RATE
from visavis.errors import StudioError
from visavis.studio.alignment import align
from visavis.studio.corpus import Spoken
from visavis.studio.wav import read_wav

FOLDER = Path("/usr/share/pocketsphinx/test/data/librivox")
VOICE = "human"

_LINE = re.compile(r"<s> (?P<text>.*?) </s> \((?P<name>.*)\)")


def clips(folder: Path = FOLDER) -> list[Spoken]:
    """The sentences as whole video frames, with phonemes by forced alignment (right to 10 ms).

    Raises:
        StudioError: the recordings or the aligner are missing.
    """
    try:
        transcript = (folder / "transcription").read_text(encoding="utf-8")
    except OSError as error:
        raise StudioError(
            f"{folder} holds no recordings; install the package pocketsphinx-testdata."
        ) from error
    return [_spoken(folder / f"{name}.wav", text) for text, name in _LINE.findall(transcript)]


def _spoken(path: Path, text: str) -> Spoken:
    rate, pcm = read_wav(path)
    if rate != SAMPLE_RATE:
        raise StudioError(f"{path} has {rate} samples per second; convert it to {SAMPLE_RATE}.")
    phonemes = tuple(align(pcm, text))
    return Spoken(VOICE, text, pcm[: len(pcm) // FRAME_SAMPLES * FRAME_SAMPLES], phonemes)
