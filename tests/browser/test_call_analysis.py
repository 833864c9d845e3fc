"""Lips that are late on purpose are found to be late by that much."""

import numpy as np
import pytest
from numpy.typing import NDArray

from bench.browser import RATE, Recording
from bench.call import PIECE_S, speech_skews_ms
from bench.sound import FULL_SCALE, Sound

SECONDS = 4 * PIECE_S + 1
FRAMES = round(SECONDS * 25) + 200
BEGUN_MS = 5000.0


def _handed_on(voice: NDArray[np.float32]) -> Sound:
    """In pieces of 10 ms."""
    times = [(BEGUN_MS + 10 * i, RATE // 100, RATE) for i in range(100 * len(voice) // RATE)]
    return Sound(
        times, [np.clip(voice * FULL_SCALE, 1 - FULL_SCALE, FULL_SCALE - 1).astype(np.int16)]
    )


@pytest.mark.parametrize("late_ms", [-60, 0, 45])
def test_the_skew_of_speech(late_ms: float) -> None:
    rng = np.random.default_rng(3)
    syllables = np.repeat(rng.random(FRAMES // 4), 4)
    voice = (rng.normal(0, 0.2, len(syllables) * RATE // 25)).astype(np.float32)
    lips = 100 + 30 * syllables
    into_s = 3.0  # of the voice, when the recording begins
    frame = np.arange(round(into_s * 25) + 3, round((into_s + SECONDS) * 25) - 3)
    shown_s = frame / 25 + late_ms / 1000 - into_s
    nod = 15 * np.sin(shown_s)
    begin = round(into_s * RATE)
    heard = Recording(
        mic=Sound(),
        remote=_handed_on(voice[begin : begin + round(SECONDS * RATE)]),
        shown_ms=BEGUN_MS + 1000 * shown_s,
        presented=np.arange(len(shown_s), dtype=float),
        level=lips[frame] + nod + rng.normal(0, 1, len(shown_s)),
        change=np.zeros(len(shown_s)),
        begin={},
        end={},
    )
    skews = speech_skews_ms(heard, voice, lips)
    assert len(skews) == 4
    assert np.median(skews) == pytest.approx(late_ms, abs=5)
