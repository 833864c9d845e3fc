"""WAV files for microphones that play files."""

import wave
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from visavis.core.pcm import resample
from visavis.media.audiofile import read_mono

SPEECH = Path(__file__).parent / "data" / "heldout" / "speech"


def write_wav(path: Path, samples: NDArray[np.generic], rate: int = 48_000) -> Path:
    """Mono samples [n] in [-1, 1] as 16-bit PCM."""
    pcm = np.rint(np.clip(samples.astype(np.float64), -1, 1) * 32_767).astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(pcm.tobytes())
    return path


def speech(seconds: float, rate: int = 48_000) -> NDArray[np.float32]:
    """Held-out sentences, one after the other, cut or repeated to `seconds`, at `rate`."""
    clips = [read_mono(path) for path in sorted(SPEECH.glob("*.flac"))]
    if not clips:
        raise FileNotFoundError(f"no speech in {SPEECH}")
    spoken = resample(np.concatenate(clips), 16_000, rate)
    return np.resize(spoken, round(seconds * rate)).astype(np.float32)
