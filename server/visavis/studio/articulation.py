"""Phonemes with times to mouth movement: ARKit weights per video frame.

Each viseme pulls at the mouth with a bell-shaped strength around its time, and a frame is the
mean of all targets weighted by their pull (dominance co-articulation after Cohen and Massaro,
1993). A mean alone leaves a short /p/ between two open vowels ajar, so the sounds that lips make by
touching, /p b m/ and /f v/, then hold the touching parts exactly while they last.
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
CONTACTS = ("FF", "PP")
"""Visemes of touching lips, the stronger one last."""
SHORTEST_CONTACT_S = 1 / FPS
"""No contact falls between two frames."""
CONTACT_RAMP_S = 0.04
"""Time to come into contact and to leave it."""
COARTICULATED = (
    "mouthPucker",
    "mouthSmileLeft",
    "mouthSmileRight",
    "mouthStretchLeft",
    "mouthStretchRight",
)
"""Tracks of the mouth's width, which stay with the neighbours while the lips touch."""

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
    shapes = {viseme: VISEMES[viseme].vector() for viseme in {s.viseme for s in spoken}}
    targets = np.array([shapes[s.viseme] for s in spoken])
    tongues = np.array([VISEMES[s.viseme].tongue_up * VISEMES[s.viseme].gain for s in spoken])
    times_s = (np.arange(frames) + 0.5) / FPS + LEAD_S
    pull = _pull(spoken, times_s)
    total = pull.sum(axis=1) + 1e-6
    blended = pull @ targets / total[:, None]
    return Curves(_with_contacts(blended, spoken, times_s), pull @ tongues / total)


def contact(spoken: Sequence[Segment], viseme: str, times_s: Floats) -> Floats:
    """How far the lips are in the contact that `viseme` asks for, [times], 0..1.

    It is 1 through every segment of the viseme, for one video frame at least.
    """
    held = np.zeros(len(times_s))
    for segment in spoken:
        if segment.viseme == viseme:
            middle_s = (segment.start_s + segment.end_s) / 2
            half_s = max(segment.end_s - segment.start_s, SHORTEST_CONTACT_S) / 2
            away = (np.abs(times_s - middle_s) - half_s) / CONTACT_RAMP_S
            near = 1.0 - np.clip(away, 0.0, 1.0)
            held = np.maximum(held, near * near * (3.0 - 2.0 * near))
    return held


def _with_contacts(weights: Floats, spoken: Sequence[Segment], times_s: Floats) -> Floats:
    free = np.array([track in COARTICULATED for track in TRACKS])
    for viseme in CONTACTS:
        share = contact(spoken, viseme, times_s)[:, None]
        touching = weights + share * (VISEMES[viseme].vector() - weights)
        weights = np.where(free, weights, touching)
    return weights


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
