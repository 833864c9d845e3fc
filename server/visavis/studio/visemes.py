"""Visemes: what the mouth does for each class of sounds, as ARKit weights and timing.

The fifteen classes are those of the common viseme sets for lip-sync, plus `schwa`, a weak `ih` for
reduced vowels. The weights were tuned by eye on a rendered head.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

TRACKS = (
    "jawOpen",
    "mouthClose",
    "mouthFunnel",
    "mouthLowerDownLeft",
    "mouthLowerDownRight",
    "mouthPressLeft",
    "mouthPressRight",
    "mouthPucker",
    "mouthRollLower",
    "mouthRollUpper",
    "mouthShrugLower",
    "mouthSmileLeft",
    "mouthSmileRight",
    "mouthStretchLeft",
    "mouthStretchRight",
    "mouthUpperUpLeft",
    "mouthUpperUpRight",
    "tongueOut",
)
"""ARKit blend shapes that speech moves, in the order of every weight vector."""


@dataclass(frozen=True)
class Viseme:
    """A mouth target and how strongly it holds against its neighbours in time.

    `shape` gives ARKit weights, where a name without a side stands for Left and Right alike.
    `tongue_up` raises the tongue tip (negative: lowers it). `dominance` is the pull on the mouth,
    and `anticipation_s` and `decay_s` say how fast that pull rises before the sound and fades
    after it. `gain` scales shape and tongue.
    """

    shape: Mapping[str, float]
    tongue_up: float
    dominance: float
    anticipation_s: float
    decay_s: float
    gain: float = 1.0

    def vector(self) -> npt.NDArray[np.float64]:
        """Weights over TRACKS, gain applied, shape [18]."""
        return np.array([self.gain * self._weight(track) for track in TRACKS])

    def _weight(self, track: str) -> float:
        both_sides = track.removesuffix("Left").removesuffix("Right")
        return self.shape.get(track, self.shape.get(both_sides, 0.0))


_SPREAD = {
    "jawOpen": 0.18,
    "mouthStretch": 0.42,
    "mouthSmile": 0.34,
    "mouthUpperUp": 0.30,
    "mouthLowerDown": 0.32,
}

VISEMES: dict[str, Viseme] = {
    "sil": Viseme({"mouthPress": 0.05}, 0.0, 0.6, 0.08, 0.10),
    "PP": Viseme(
        {
            "mouthRollLower": 0.28,
            "mouthRollUpper": 0.22,
            "mouthPress": 0.25,
            "mouthClose": 0.02,
            "mouthPucker": 0.08,
        },
        0.0,
        3.2,
        0.055,
        0.05,
    ),
    "FF": Viseme(
        {
            "jawOpen": 0.07,
            "mouthRollLower": 0.62,
            "mouthUpperUp": 0.52,
            "mouthShrugLower": 0.25,
            "mouthStretch": 0.05,
        },
        0.0,
        2.4,
        0.06,
        0.055,
    ),
    "TH": Viseme(
        {
            "jawOpen": 0.20,
            "mouthUpperUp": 0.28,
            "mouthLowerDown": 0.28,
            "tongueOut": 0.55,
            "mouthStretch": 0.08,
        },
        0.04,
        1.2,
        0.06,
        0.06,
    ),
    "DD": Viseme(
        {
            "jawOpen": 0.14,
            "mouthUpperUp": 0.28,
            "mouthLowerDown": 0.42,
            "mouthStretch": 0.15,
            "tongueOut": 0.16,
        },
        0.11,
        0.7,
        0.05,
        0.05,
    ),
    "kk": Viseme(
        {"jawOpen": 0.22, "mouthUpperUp": 0.22, "mouthLowerDown": 0.30, "mouthStretch": 0.12},
        -0.02,
        0.5,
        0.05,
        0.05,
    ),
    "CH": Viseme(
        {
            "jawOpen": 0.10,
            "mouthFunnel": 0.60,
            "mouthPucker": 0.22,
            "mouthUpperUp": 0.30,
            "mouthLowerDown": 0.32,
        },
        0.05,
        1.5,
        0.09,
        0.08,
    ),
    "SS": Viseme(
        {
            "jawOpen": 0.05,
            "mouthStretch": 0.38,
            "mouthSmile": 0.20,
            "mouthUpperUp": 0.36,
            "mouthLowerDown": 0.62,
        },
        0.04,
        1.1,
        0.06,
        0.06,
    ),
    "nn": Viseme(
        {
            "jawOpen": 0.15,
            "mouthUpperUp": 0.20,
            "mouthLowerDown": 0.30,
            "mouthStretch": 0.10,
            "tongueOut": 0.20,
        },
        0.12,
        0.6,
        0.05,
        0.05,
    ),
    "RR": Viseme(
        {
            "jawOpen": 0.14,
            "mouthFunnel": 0.35,
            "mouthPucker": 0.35,
            "mouthUpperUp": 0.18,
            "mouthLowerDown": 0.15,
        },
        0.05,
        0.9,
        0.08,
        0.08,
    ),
    "aa": Viseme(
        {"jawOpen": 0.52, "mouthUpperUp": 0.30, "mouthLowerDown": 0.28, "mouthStretch": 0.08},
        -0.03,
        1.0,
        0.07,
        0.08,
        gain=0.85,
    ),
    "E": Viseme(
        {
            "jawOpen": 0.30,
            "mouthStretch": 0.35,
            "mouthSmile": 0.22,
            "mouthUpperUp": 0.32,
            "mouthLowerDown": 0.34,
        },
        0.0,
        1.0,
        0.07,
        0.08,
        gain=0.85,
    ),
    "ih": Viseme(_SPREAD, 0.03, 0.8, 0.06, 0.07, gain=0.85),
    "schwa": Viseme(_SPREAD, 0.03, 0.8, 0.06, 0.07, gain=0.85 * 0.45),
    "oh": Viseme(
        {
            "jawOpen": 0.40,
            "mouthFunnel": 0.55,
            "mouthPucker": 0.30,
            "mouthUpperUp": 0.10,
            "mouthLowerDown": 0.10,
        },
        -0.03,
        1.3,
        0.10,
        0.09,
    ),
    "ou": Viseme(
        {"jawOpen": 0.16, "mouthPucker": 0.80, "mouthFunnel": 0.38}, -0.02, 1.6, 0.12, 0.10
    ),
}
