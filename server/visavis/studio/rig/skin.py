"""What colours the skin besides its base tone: blush, shadowed lids and the hairline."""

from dataclasses import dataclass

import numpy as np

from visavis.studio.rig.geometry import Colour, Floats, blob, smoothstep
from visavis.studio.rig.meshdata import BODY_VERTICES

_SKULL_CENTRE = np.array([0.0, 6.55, 0.35])
_CHEEK = np.array([0.50, 6.25, 1.05])
_UPPER_LID = np.array([0.0, 0.09, 0.1])
_LOWER_LID = np.array([0.0, -0.13, 0.1])
"""Offsets from an eye's centre."""
_CHIN = (0.0, 5.72, 1.35)

# The hairline around the skull: 0 deg is the forehead, 90 an ear, 180 the nape.
_HAIRLINE_AZIMUTH_DEG = (0, 18, 32, 42, 52, 62, 72, 80, 88, 95, 103, 112, 125, 140, 160, 180)
_HAIRLINE_HEIGHT_DM = (
    *(7.22, 7.23, 7.18, 7.02, 6.84, 6.72, 6.55, 6.42),
    *(6.52, 6.66, 6.72, 6.52, 6.22, 6.02, 5.92, 5.90),
)


@dataclass(frozen=True)
class SkinTone:
    """Linear RGB colours of a skin and the shares of lip colour and stubble."""

    base: Colour = (0.56, 0.30, 0.20)
    warm: Colour = (0.60, 0.27, 0.18)
    pale: Colour = (0.66, 0.40, 0.29)
    spot: Colour = (0.42, 0.19, 0.12)
    red: Colour = (0.58, 0.17, 0.13)
    dark: Colour = (0.30, 0.13, 0.09)
    lip: Colour = (0.42, 0.085, 0.085)
    lip_light: Colour = (0.50, 0.13, 0.12)
    lip_share: float = 0.9
    mouth: Colour = (0.48, 0.10, 0.09)
    beard: Colour = (0.10, 0.062, 0.045)
    stubble: float = 0.0
    hair_root: Colour = (0.045, 0.026, 0.018)


def above_hairline(points: Floats) -> Floats:
    """Height (dm) of points (N, 3) over the hairline; negative is bare skin."""
    offset = points - _SKULL_CENTRE
    azimuth = np.degrees(np.arctan2(np.abs(offset[:, 0]), offset[:, 2]))
    line = np.interp(azimuth, _HAIRLINE_AZIMUTH_DEG, _HAIRLINE_HEIGHT_DM)
    return np.asarray(points[:, 1] - line, dtype=np.float64)


def nose_tip(rest: Floats) -> Floats:
    """The foremost skin vertex (3,) of the middle of the face."""
    skin = rest[:BODY_VERTICES]
    middle = (np.abs(skin[:, 0]) < 0.05) & (skin[:, 1] > 6.1)
    return np.asarray(skin[np.argmax(skin[:, 2] * middle)], dtype=np.float64)


def _ears(points: Floats) -> Floats:
    height = smoothstep(points[:, 1], 6.0, 6.15) * smoothstep(-points[:, 1], -6.75, -6.55)
    return smoothstep(np.abs(points[:, 0]), 0.72, 0.85) * height * (points[:, 2] < 0.6)


def _blush(points: Floats, nose: Floats) -> Floats:
    red = 0.9 * blob(points, nose, (0.16, 0.14, 0.25)) + 0.8 * _ears(points)
    for side in (1, -1):
        red = red + 0.7 * blob(points, _CHEEK * [side, 1, 1], (0.26, 0.22, 0.4))
    return np.clip(red + 0.35 * blob(points, _CHIN, (0.2, 0.15, 0.3)), 0, 1)


def _lid_shadow(points: Floats, eyes: tuple[Floats, Floats]) -> Floats:
    dark = np.zeros(len(points))
    for eye in eyes:
        dark += 0.55 * blob(points, eye + _LOWER_LID, (0.17, 0.06, 0.3))
        dark += 0.8 * blob(points, eye + _UPPER_LID, (0.2, 0.05, 0.3))
    return np.clip(dark, 0, 1)


def _beard(points: Floats, nose: Floats) -> Floats:
    """Jaw, chin and upper lip, where a beard would grow."""
    down = nose[1] - 0.12 - points[:, 1]
    side = smoothstep(np.abs(points[:, 0]), 0.25, 0.55)
    jaw = smoothstep(down - 0.17 * side, 0.02, 0.18)
    under = smoothstep(points[:, 1], 5.40, 5.62)
    return np.asarray(jaw * under * (points[:, 2] > 0.35), dtype=np.float64)


def complexion(points: Floats, nose: Floats, eyes: tuple[Floats, Floats]) -> dict[str, Floats]:
    """Skin attributes for points (N, 3): `rest` (N, 3), and (N,) 0..1
    each `red`, `dark`, `scalp` and `beard`."""
    scalp = smoothstep(above_hairline(points), -0.04, 0.10) * (points[:, 1] > 5.7)
    return {
        "rest": points,
        "red": _blush(points, nose),
        "dark": _lid_shadow(points, eyes),
        "scalp": scalp,
        "beard": _beard(points, nose),
    }
