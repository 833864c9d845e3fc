"""What a listener is to learn from phonemes with times, per video frame."""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from visavis.core.timeline import FPS
from visavis.studio.articulation import CONTACTS, LEAD_S, contact, curves
from visavis.studio.phonemes import Phoneme, Segment, segments
from visavis.studio.sounds import sound_class
from visavis.studio.visemes import VISEMES

Float32 = NDArray[np.float32]
CLASSES = tuple(VISEMES)
GAP_S = 0.12
"""A shorter pause is part of speaking."""
READY_S = 0.12
"""Lips move before the voice is heard, and the gate takes two frames to let them."""


@dataclass(frozen=True)
class Labels:
    """`articulation` [frames, 19]; `contact` [frames, 2], how far lips are in the contacts of
    `articulation.CONTACTS`; `viseme` [frames], indexes into CLASSES; `sound` [frames], indexes
    into `sounds.SOUNDS`; `speech` [frames], 1 where somebody speaks."""

    articulation: Float32
    contact: Float32
    viseme: NDArray[np.int64]
    sound: NDArray[np.int64]
    speech: Float32

    def __len__(self) -> int:
        return len(self.articulation)


def labels(phonemes: Sequence[Phoneme], frames: int) -> Labels:
    """Everything about `frames` frames of speech.

    Raises:
        StudioError: a phoneme symbol is unknown.
    """
    movement = curves(phonemes, frames)
    spoken = segments(phonemes)
    middle_s = (np.arange(frames) + 0.5) / FPS
    held = [contact(spoken, viseme, middle_s + LEAD_S) for viseme in CONTACTS]
    return Labels(
        np.column_stack((movement.weights, movement.tongue_up)).astype(np.float32),
        np.stack(held, 1).astype(np.float32),
        _during(spoken, [CLASSES.index(part.viseme) for part in spoken], middle_s),
        _during(phonemes, [sound_class(part.symbol) for part in phonemes], middle_s),
        _speech(spoken, middle_s),
    )


def resting(frames: int) -> Labels:
    """`frames` frames in which nobody speaks."""
    return labels([Phoneme("_", 0.0, frames / FPS)], frames)


def joined(parts: Sequence[Labels]) -> Labels:
    """Labels of clips that follow one another."""
    return Labels(
        *(np.concatenate([getattr(part, f.name) for part in parts]) for f in fields(Labels))
    )


def _during(
    parts: Sequence[Segment | Phoneme], classes: Sequence[int], times_s: NDArray[np.float64]
) -> NDArray[np.int64]:
    """The class of the part that lasts at each time; after the last one silence, class 0."""
    ends_s = np.array([part.end_s for part in parts])
    following = np.searchsorted(ends_s, times_s, side="right")
    found: NDArray[np.int64] = np.array([*classes, 0])[following]
    return found


def _speech(spoken: Sequence[Segment], times_s: NDArray[np.float64]) -> Float32:
    flags = np.zeros(len(times_s), np.float32)
    sounds = [segment for segment in spoken if segment.viseme != "sil"]
    for index, segment in enumerate(sounds):
        following = sounds[index + 1 : index + 2]
        end_s = segment.end_s
        if following and following[0].start_s - end_s < GAP_S:
            end_s = following[0].start_s
        flags[(times_s >= segment.start_s - READY_S) & (times_s < end_s)] = 1.0
    return flags
