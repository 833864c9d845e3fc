"""The crops of a data set: which mouth is rendered at which template frame, and for whom."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from visavis.studio.rig.clip import SpokenClip
from visavis.studio.rig.cover import REST, SHUT_SHARE, training_mouths
from visavis.studio.rig.geometry import Floats
from visavis.studio.rig.motion import IDLE_FRAMES
from visavis.studio.visemes import TRACKS

TRAIN, HELD_OUT = "train", "heldout"
FIRST_CROPS = 200
"""So many crops share the first third of the template frames, so that training can begin."""
_GESTURE_EVERY = 11
_APART_EVERY, _APART = 7, 3
"""Idle frames that training never sees: one in seven."""
_CLIP_FRAMES = 50
_CLIP_VOICES = ("slt", "kal16")
_OWN_KEPT = 0.5
_ACTIVE = 0.3
_MOUTH = ("mouth", "jaw", "tongue")
_SEED = 17
FURTHER_SEED = 19
"""For other mouths, at other frames, than those that a person began with."""


class ClipFrame(NamedTuple):
    """A frame of a continuous held-out clip."""

    id: int
    frame: int


@dataclass(frozen=True)
class Take:
    """One crop: an `articulation` (19,) at a template frame."""

    template: int
    articulation: Floats
    split: str
    clip: ClipFrame | None = None


def combined(own: Mapping[str, float], articulation: Floats) -> dict[str, float]:
    """The whole face while it speaks on a template frame with weights of its `own`.

    A mouth that does not speak keeps all of its own shape, one that does keeps half of it.
    """
    activity = min(1.0, float(np.abs(articulation[:-1] - REST[:-1]).sum()) / _ACTIVE)
    kept = 1.0 - activity * (1.0 - _OWN_KEPT)
    face = {n: w * kept if n.startswith(_MOUTH) else w for n, w in own.items()}
    for name, weight in zip(TRACKS, articulation[:-1].tolist(), strict=True):
        if weight:
            held = face.get(name, 0.0)
            face[name] = held + weight * (1.0 - min(1.0, held))
    return face


def apart(frame: int) -> bool:
    """Whether a template frame is kept from training."""
    return frame < IDLE_FRAMES and frame % _APART_EVERY == _APART


def _train_frames(count: int, frames: int, rng: np.random.Generator) -> list[int]:
    """Template frames of the training crops; every eleventh is of a gesture."""
    idle = [f for f in range(IDLE_FRAMES) if not apart(f)]
    first = [f for f in idle if f % 3 == 0]
    drawn = [int(rng.choice(first if k < FIRST_CROPS else idle)) for k in range(count)]
    for k in range(_GESTURE_EVERY - 1, count, _GESTURE_EVERY):
        step = 3 if k < FIRST_CROPS else 1
        drawn[k] = int(rng.choice(range(IDLE_FRAMES, frames, step)))
    return drawn


def train_takes(
    clips: Sequence[SpokenClip],
    frames: int,
    count: int,
    shut_share: float = SHUT_SHARE,
    seed: int = _SEED,
) -> list[Take]:
    """Crops to learn from, in an order of which any beginning is a fair sample."""
    spoken = np.concatenate([clip.articulation for clip in clips])
    mouths = training_mouths(spoken, count, seed, shut_share)
    at = _train_frames(count, frames, np.random.default_rng(seed))
    return [Take(frame, mouth, TRAIN) for frame, mouth in zip(at, mouths, strict=True)]


def held_out_takes(clips: Sequence[SpokenClip], count: int) -> list[Take]:
    """Frames of sentences never learnt, at template frames never learnt."""
    rng = np.random.default_rng(_SEED + 1)
    spoken = np.concatenate([clip.articulation for clip in clips])
    mouths = spoken[rng.choice(len(spoken), count, replace=False)]
    frames = [f for f in range(IDLE_FRAMES) if apart(f)]
    return [Take(int(rng.choice(frames)), mouth, HELD_OUT) for mouth in mouths]


def there_and_back(step: int, frames: int) -> int:
    """The frame that a clip of `frames` shows after `step` frames of playing."""
    place = step % (2 * frames - 2)
    return min(place, 2 * frames - 2 - place)


def clip_takes(clips: Sequence[SpokenClip]) -> list[Take]:
    """One held-out sentence of each of two voices, frame by frame over the idle clip."""
    takes: list[Take] = []
    for number, voice in enumerate(_CLIP_VOICES):
        fits = [c for c in clips if c.voice == voice and len(c.articulation) <= 2.2 * _CLIP_FRAMES]
        if number >= len(fits):
            continue
        for k, mouth in enumerate(fits[number].articulation[:_CLIP_FRAMES]):
            frame = there_and_back(20 + 70 * number + k, IDLE_FRAMES)
            takes.append(Take(frame, mouth, HELD_OUT, ClipFrame(number, k)))
    return takes


def mixed(first: Sequence[Take], second: Sequence[Take]) -> list[Take]:
    """Two lists as one, the second spread evenly over the first."""
    places = [(k + 0.5) / len(part) for part in (first, second) for k in range(len(part))]
    both = [*first, *second]
    return [both[k] for k in np.argsort(places, kind="stable")]


def entry(number: int, take: Take, weights: Mapping[str, float], **more: Any) -> dict[str, Any]:
    """What `crops.json` says of a take."""
    return {
        "id": number,
        "template": take.template,
        "weights": {name: round(weight, 5) for name, weight in weights.items()},
        "articulation": take.articulation.round(5).tolist(),
        "tongue_up": round(float(take.articulation[-1]), 5),
        "split": take.split,
        "clip": take.clip._asdict() if take.clip else None,
        **more,
    }
