"""Sounds before a pause end where they are last heard.

The neural voices count the silence after a sentence to its last sound, a third of a second; the
level of the sound itself tells its end to 20 ms (forced alignment: median deviation 0).
"""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from visavis.studio.phonemes import PAUSE
from visavis.studio.voices.utterance import Samples, Speech

STEP_S = 0.005
AUDIBLE_DB = 40.0
"""What lies this far below the loud parts is silence."""
LOUD = 95
"""Percentile of the level that stands for the loud parts."""


def ended(speech: Speech) -> Speech:
    """The same speech, with each pause beginning where the sound before it dies away."""
    levels_db = _levels_db(speech.pcm, round(STEP_S * speech.sample_rate))
    audible = levels_db > np.percentile(levels_db, LOUD) - AUDIBLE_DB
    sounds = list(speech.phonemes)
    for index, (sound, following) in enumerate(pairwise(speech.phonemes)):
        if following.symbol == PAUSE and sound.symbol != PAUSE:
            first = int(sound.start_s / STEP_S)
            heard = np.flatnonzero(audible[first : int(sound.end_s / STEP_S)])
            end_s = (first + int(heard[-1]) + 1) * STEP_S if len(heard) else sound.start_s
            end_s = min(sound.end_s, max(sound.start_s + STEP_S, end_s))
            sounds[index] = sound._replace(end_s=end_s)
            sounds[index + 1] = following._replace(start_s=end_s)
    return replace(speech, phonemes=tuple(sounds))


def _levels_db(pcm: Samples, step: int) -> npt.NDArray[np.float64]:
    """Level of every step, smoothed over three of them."""
    whole = np.pad(pcm.astype(np.float64), (0, -len(pcm) % step))
    power = np.convolve(np.square(whole).reshape(-1, step).mean(axis=1), np.ones(3) / 3, "same")
    return np.asarray(10 * np.log10(power + 1e-12))
