"""Hibari: one neural American voice, weights inside the package, 24 kHz, fast."""

import zlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from visavis.studio.voices import misaki
from visavis.studio.voices.onnx_voice import open_with_durations
from visavis.studio.voices.utterance import Speech, joined

SAMPLE_RATE = 24_000
NAMES = ("heart",)
DURATIONS = "/Round_output_0"
F0_OUTPUT = 5
SPECTRUM_OUTPUTS = 6
"""Five spectral parts and the pitch curve, all of which the waveform maker takes."""


@cache
def _session() -> Any:
    return open_with_durations(Path(misaki.hibari().model_path), DURATIONS)


def synthesize(text: str, name: str = "heart", rate: float = 1.0, pitch: float = 1.0) -> Speech:
    """Speak `text`, `rate` times as fast and `pitch` times as high.

    Raises:
        StudioError: the voice package is missing.
    """
    return joined(_spoken(text, rate, pitch))


def _spoken(text: str, rate: float, pitch: float) -> Iterator[Speech]:
    sentences = misaki.sentences(text)
    from hibari import dsp

    # The noise part of the voice is seeded by the text, so that one text always sounds the same.
    noise = np.random.default_rng(zlib.crc32(text.encode()))
    for letters in sentences:
        feed = {"ids": misaki.token_ids(letters), "speed": np.array([rate], np.float32)}
        outputs = _session().run(None, feed)
        parts = [part[0] for part in outputs[:SPECTRUM_OUTPUTS]]
        parts[F0_OUTPUT] = parts[F0_OUTPUT] * np.float32(pitch)
        pcm = np.asarray(dsp.synth(*parts, noise), dtype=np.float32)
        times = misaki.timed(letters, outputs[-1].reshape(-1), len(pcm) / SAMPLE_RATE)
        yield Speech(pcm, SAMPLE_RATE, tuple(times))
