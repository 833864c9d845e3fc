"""Hibari: one neural American voice, weights inside the package, 24 kHz, fast.

Its spectra are ours before they become sound, so further speakers come from moving the formants.
"""

import zlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from visavis.studio.voices import misaki
from visavis.studio.voices.endings import ended
from visavis.studio.voices.onnx_voice import open_with_durations
from visavis.studio.voices.utterance import Speech, joined

Floats = npt.NDArray[np.float32]

SAMPLE_RATE = 24_000
NAMES = {"heart": 1.0, "bass": 0.84, "tenor": 0.91, "alto": 1.07, "child": 1.15}
"""Voices, each with the factor of its formants."""
DURATIONS = "/Round_output_0"
F0_OUTPUT = 5
SPECTRUM_OUTPUTS = 6
"""Five spectral parts and the pitch curve, all of which the waveform maker takes."""
SHAPED = slice(0, 4)
"""The parts that a vocal tract shapes; the fifth is a free phase."""


@cache
def _session() -> Any:
    return open_with_durations(Path(misaki.hibari().model_path), DURATIONS)


def synthesize(text: str, name: str = "heart", rate: float = 1.0, pitch: float = 1.0) -> Speech:
    """Speak `text`, `rate` times as fast and `pitch` times as high.

    Raises:
        StudioError: the voice package is missing.
    """
    return ended(joined(_spoken(text, NAMES[name], rate, pitch)))


def _spoken(text: str, formants: float, rate: float, pitch: float) -> Iterator[Speech]:
    sentences = misaki.sentences(text)
    from hibari import dsp

    # The noise part of the voice is seeded by the text, so that one text always sounds the same.
    noise = np.random.default_rng(zlib.crc32(text.encode()))
    for letters in sentences:
        feed = {"ids": misaki.token_ids(letters), "speed": np.array([rate], np.float32)}
        outputs = _session().run(None, feed)
        parts = [part[0] for part in outputs[:SPECTRUM_OUTPUTS]]
        parts[SHAPED] = [moved(part, formants) for part in parts[SHAPED]]
        parts[F0_OUTPUT] = parts[F0_OUTPUT] * np.float32(pitch)
        pcm = np.asarray(dsp.synth(*parts, noise), dtype=np.float32)
        times = misaki.timed(letters, outputs[-1].reshape(-1), len(pcm) / SAMPLE_RATE)
        yield Speech(pcm, SAMPLE_RATE, tuple(times))


def moved(spectrum: Floats, factor: float) -> Floats:
    """A spectrum [bins, frames] whose formants lie `factor` times as high."""
    if factor == 1.0:
        return spectrum
    last = len(spectrum) - 1
    places = np.minimum(np.arange(last + 1) / factor, last)
    below = places.astype(int)
    share = (places - below).astype(np.float32)[:, None]
    above = np.minimum(below + 1, last)
    blended: Floats = spectrum[below] * (1 - share) + spectrum[above] * share
    return blended
