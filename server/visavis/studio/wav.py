"""WAV files of 16-bit mono speech."""

import wave
from pathlib import Path

import numpy as np
import numpy.typing as npt

from visavis.errors import StudioError

FULL_SCALE = 32767.0
SAMPLE_BYTES = 2


def read_wav(path: Path) -> tuple[int, npt.NDArray[np.float32]]:
    """Sample rate and mono samples in [-1, 1].

    Raises:
        StudioError: the file is missing or not 16-bit mono.
    """
    try:
        with wave.open(str(path), "rb") as file:
            shape = (file.getnchannels(), file.getsampwidth())
            sample_rate, data = file.getframerate(), file.readframes(file.getnframes())
    except (OSError, EOFError, wave.Error) as error:
        raise StudioError(f"Cannot read {path} as a WAV file: {error}.") from error
    if shape != (1, SAMPLE_BYTES):
        raise StudioError(f"{path} is not a 16-bit mono WAV file; convert it first.")
    return sample_rate, np.frombuffer(data, dtype="<i2").astype(np.float32) / FULL_SCALE


def write_wav(path: Path, pcm: npt.NDArray[np.float32], sample_rate: int) -> None:
    """Write mono samples as 16-bit WAV, beside `path` first and then renamed."""
    data = (np.clip(pcm, -1.0, 1.0) * FULL_SCALE).round().astype("<i2")
    beside = path.with_suffix(".part")
    with wave.open(str(beside), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(SAMPLE_BYTES)
        file.setframerate(sample_rate)
        file.writeframes(data.tobytes())
    beside.replace(path)
