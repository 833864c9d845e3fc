"""Phonemes with times to mouth movement: ARKit weights per video frame.

Each viseme pulls at the mouth with a bell-shaped strength around its time, and a frame is the
mean of all targets weighted by their pull (dominance co-articulation after Cohen and Massaro,
1993). Lip closures pull hardest, so that a short /p/ between two open vowels still shuts the lips.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from visavis.core.timeline import FPS
from visavis.studio.phonemes import Phoneme, Segment, segments
from visavis.studio.visemes import TRACKS, VISEMES

LEAD_S = 0.02
"""Lips run ahead of the sound they make."""
SHORT_PAUSE_S = 0.09
SHORT_PAUSE_FACTOR = 0.3
"""A gap this short is part of speaking and hardly closes the mouth."""
SHARPNESS = 1.3
REACH = 4.0
"""Beyond this many rise or fade times a viseme has no pull at all."""

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Curves:
    """Mouth movement at 25 FPS.

    `weights` is [frames, 18] over `visemes.TRACKS`, 0..1. `tongue_up` is [frames], -0.03..0.1.
    """

    weights: Floats
    tongue_up: Floats

    @property
    def names(self) -> tuple[str, ...]:
        """ARKit names of the columns of `weights`."""
        return TRACKS


def curves(phonemes: Sequence[Phoneme], frames: int) -> Curves:
    """Mouth movement of `frames` frames, frame k taken at its middle, (k + 0.5) / 25 s.

    Raises:
        StudioError: a phoneme symbol is unknown.
    """
    spoken = segments(phonemes)
    if not spoken:
        return Curves(np.zeros((frames, len(TRACKS))), np.zeros(frames))
    targets = np.array([VISEMES[s.viseme].vector() for s in spoken])
    tongues = np.array([VISEMES[s.viseme].tongue_up * VISEMES[s.viseme].gain for s in spoken])
    times_s = (np.arange(frames) + 0.5) / FPS + LEAD_S
    pull = _pull(spoken, times_s)
    total = pull.sum(axis=1) + 1e-6
    return Curves(pull @ targets / total[:, None], pull @ tongues / total)


def _pull(spoken: Sequence[Segment], times_s: Floats) -> Floats:
    """Strength of every segment at every time, [times, segments]."""
    start_s = np.array([s.start_s for s in spoken])
    end_s = np.array([s.end_s for s in spoken])
    rise_s = np.array([VISEMES[s.viseme].anticipation_s for s in spoken])
    fade_s = np.array([VISEMES[s.viseme].decay_s for s in spoken])
    before = (start_s - times_s[:, None]) / rise_s
    after = (times_s[:, None] - end_s) / fade_s
    distance = np.maximum(0.0, np.maximum(before, after))
    bell = np.exp(-SHARPNESS * distance**2)
    pull: Floats = np.array([_strength(s) for s in spoken]) * np.where(distance > REACH, 0.0, bell)
    return pull


def _strength(segment: Segment) -> float:
    strength = VISEMES[segment.viseme].dominance
    if segment.viseme == "sil" and segment.end_s - segment.start_s < SHORT_PAUSE_S:
        return strength * SHORT_PAUSE_FACTOR
    return strength
