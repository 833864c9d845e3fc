"""Forced alignment: where in a recording each sound of a known text lies.

Uses PyPI `pocketsphinx` (BSD) with the American English model of its wheel. Times are whole
hundredths of a second and right to about 10 ms.
"""

import re
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from visavis.errors import StudioError
from visavis.studio.phonemes import Phoneme

Float32 = NDArray[np.float32]
RATE = 16_000
PEAK = 20_000
PER_SECOND = 100


@cache
def _decoder() -> Any:
    try:
        from pocketsphinx import Decoder
    except ImportError:
        raise StudioError(
            "Alignment needs the package pocketsphinx; install visavis[studio]."
        ) from None
    return Decoder(lm=None, loglevel="FATAL")


def words_of(text: str) -> list[str]:
    """The words of a text as the dictionary spells them."""
    return re.sub(r"[^a-z' ]", " ", text.lower()).split()


def known(text: str) -> bool:
    """Whether the dictionary has every word of `text`."""
    return all(_decoder().lookup_word(word) for word in words_of(text))


def align(pcm: Float32, text: str) -> list[Phoneme]:
    """Phonemes (ARPAbet in small letters, `pau` for silence) of 16 kHz speech.

    Raises:
        StudioError: pocketsphinx is missing, a word is unknown, or the text does not fit.
    """
    if not known(text):
        raise StudioError(f"The aligner's dictionary lacks a word of {text!r}; choose other words.")
    decoder = _decoder()
    loudest = max(float(np.abs(pcm).max(initial=0.0)), 1e-6)
    samples = (pcm * (PEAK / loudest)).astype(np.int16).tobytes()
    unlike = f"The aligner does not find {text!r} in its recording."
    try:
        decoder.set_align_text(" ".join(words_of(text)))
        _hear(decoder, samples)
        if decoder.hyp() is None:
            raise StudioError(unlike)
        decoder.set_alignment()
        _hear(decoder, samples)
    except (RuntimeError, IndexError) as error:  # when it cannot go on, or hears nothing at all
        _decoder.cache_clear()  # it may be left in the middle of an utterance
        raise StudioError(unlike) from error
    return [_phoneme(sound) for word in decoder.get_alignment() for sound in word]


def _hear(decoder: Any, samples: bytes) -> None:
    decoder.start_utt()
    decoder.process_raw(samples, full_utt=True)
    decoder.end_utt()


def _phoneme(sound: Any) -> Phoneme:
    name = sound.name.lower()
    symbol = "pau" if name in {"sil", "+spn+", "+nsn+"} else name
    start_s = sound.start / PER_SECOND
    return Phoneme(symbol, start_s, start_s + sound.duration / PER_SECOND)
