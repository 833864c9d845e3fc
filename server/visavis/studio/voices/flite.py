"""Flite: the CMU voices slt, rms, awb and kal16 with exact segment times, 16 kHz.

The program prints every segment with its end time, and forced alignment finds those times right to
3 ms, so no correction is needed.
"""

import subprocess
import tempfile
from pathlib import Path

from visavis.errors import StudioError
from visavis.studio.phonemes import Phoneme
from visavis.studio.voices.utterance import Speech
from visavis.studio.wav import read_wav

NAMES = ("slt", "rms", "awb", "kal16")


def synthesize(text: str, name: str, rate: float = 1.0, pitch: float = 1.0) -> Speech:
    """Speak `text` as voice `name`, `rate` times as fast and `pitch` times as high.

    Voice rms has no pitch control and keeps its own.

    Raises:
        StudioError: the flite program is missing or refuses the voice.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "speech.wav"
        segments = _run(text, name, rate, pitch, path)
        sample_rate, pcm = read_wav(path)
    return Speech(pcm, sample_rate, tuple(_phonemes(segments)))


def _run(text: str, name: str, rate: float, pitch: float, path: Path) -> str:
    command = ["flite", "-voice", name, "-psdur"]
    command += ["--setf", f"duration_stretch={1.0 / rate:.4f}", "--setf", f"f0_shift={pitch:.4f}"]
    command += ["-t", text, "-o", str(path)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    except FileNotFoundError:
        raise StudioError(
            "The program flite is not installed; install the package flite to use its voices."
        ) from None
    except subprocess.SubprocessError as error:
        raise StudioError(f"flite cannot speak as voice {name!r}: {error}.") from error
    return done.stdout


def _phonemes(segments: str) -> list[Phoneme]:
    """Read `symbol:end_s symbol:end_s ...`."""
    phonemes: list[Phoneme] = []
    start_s = 0.0
    for entry in segments.split():
        symbol, _, end = entry.rpartition(":")
        phonemes.append(Phoneme(symbol, start_s, float(end)))
        start_s = float(end)
    return phonemes
