"""Opening and width of a mouth from its articulation alone: a line fitted to the mesh.

Against the projected mesh of a 640-pixel picture, over 1,500 frames of speech, the opening agrees
with r = 0.994 and the width with r = 1.000.
"""

import numpy as np
from numpy.typing import NDArray

from visavis.studio.dataset import CHANNELS

Float32 = NDArray[np.float32]
OPENING_SPREAD_PX, WIDTH_SPREAD_PX = 9.4, 6.1  # standard deviations in speech
SHUT_PX = 1.0  # an opening up to this counts as shut


def _line(by_name: dict[str, float]) -> Float32:
    """[19] pixels per unit; a name without a side stands for both."""
    sides = [n.removesuffix("Left").removesuffix("Right") for n in CHANNELS]
    return np.array([by_name.get(name, 0.0) for name in sides], np.float32)


OPENING = _line(
    {
        "jawOpen": 57.9,
        "mouthFunnel": 20.0,
        "mouthLowerDown": 5.6,
        "mouthPress": 2.1,
        "mouthPucker": -3.5,
        "mouthRollLower": -7.9,
        "mouthRollUpper": 4.2,
        "mouthShrugLower": -4.7,
        "mouthSmile": -2.6,
        "mouthStretch": -2.3,
        "mouthUpperUp": 7.1,
        "tongueOut": -1.3,
    }
)
WIDTH = _line(
    {
        "jawOpen": -9.8,
        "mouthFunnel": -12.4,
        "mouthPress": 11.3,
        "mouthPucker": -17.4,
        "mouthSmile": 11.5,
        "mouthStretch": 10.9,
        "mouthUpperUp": -0.6,
    }
)
REST_WIDTH_PX = 106.1


def opening_px(articulation: Float32) -> Float32:
    """Gap between the lips [frames] of articulation [frames, 19], in a 640-pixel picture."""
    gap: Float32 = np.maximum(articulation @ OPENING, 0)
    return gap


def width_px(articulation: Float32) -> Float32:
    """Distance of the mouth's corners [frames]."""
    width: Float32 = articulation @ WIDTH + REST_WIDTH_PX
    return width
