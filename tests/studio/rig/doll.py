"""A doll that stands for the head where only its units, its lips and its poses count."""

import json
from pathlib import Path

import numpy as np

from visavis.studio.phonemes import Phoneme
from visavis.studio.rig.geometry import Floats
from visavis.studio.rig.head import Head
from visavis.studio.rig.lips import CORNERS, LOWER_LIP
from visavis.studio.rig.meshdata import BODY_VERTICES

_SIDED = (
    "browDown browOuterUp cheekSquint eyeBlink eyeLookDown eyeLookIn eyeLookOut eyeLookUp "
    "eyeSquint eyeWide mouthDimple mouthFrown mouthLowerDown mouthPress mouthSmile mouthStretch "
    "mouthUpperUp noseSneer"
)
_SINGLE = (
    "browInnerUp cheekPuff jawForward jawLeft jawOpen jawRight mouthClose mouthFunnel mouthLeft "
    "mouthPucker mouthRight mouthRollLower mouthRollUpper mouthShrugLower mouthShrugUpper tongueOut"
)
ARKIT = frozenset(
    [f"{name}{side}" for name in _SIDED.split() for side in ("Left", "Right")] + _SINGLE.split()
)
"""The 52 face units that the mesh has."""
_TONGUE = np.array([2, 3, 4])


def doll() -> Head:
    """A narrow strip of a face: the jaw pulls all of it down and the lower lip most, a pucker
    draws the corners together, and no other unit moves anything."""
    rest = np.tile([0.0, 6.0, 1.2], (BODY_VERTICES, 1))
    rest[:, 0] = np.linspace(-0.4, 0.4, BODY_VERTICES)
    rest[list(CORNERS), 0] = 0.25, -0.25
    rest[_TONGUE, 2] = 0.4, 0.8, 1.0
    still = np.zeros_like(rest)
    units: dict[str, Floats] = dict.fromkeys(ARKIT, still)
    units["jawOpen"], units["mouthPucker"] = np.tile([0.0, -0.05, 0.0], (len(rest), 1)), still + 0
    units["jawOpen"][list(LOWER_LIP), 1] = -0.4
    units["mouthPucker"][list(CORNERS), 0] = -0.1, 0.1
    return Head(rest, units, _TONGUE, np.array([0, 1]))


def words(frames: int) -> list[Phoneme]:
    """`frames` frames of one word, over and over, with the lips shut at every /m/."""
    sounds = ["m", "aa", "p", "ow", "s", "iy"]
    return [Phoneme(sounds[k % len(sounds)], 0.08 * k, 0.08 * k + 0.08) for k in range(frames // 2)]


def write_speech(folder: Path, *clips: tuple[str, int]) -> Path:
    """A speech folder with a clip for each voice and its number of frames."""
    entries = [
        {"id": n, "voice": voice, "text": "Map.", "frames": frames, "ph": words(frames)}
        for n, (voice, frames) in enumerate(clips)
    ]
    (folder / "speech").mkdir(parents=True)
    (folder / "speech" / "meta.json").write_text(json.dumps(entries))
    return folder
