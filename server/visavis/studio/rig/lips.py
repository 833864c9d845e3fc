"""How far the mouth is open and how wide it is, from the mesh and the camera alone."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from visavis.studio.rig.camera import Camera
from visavis.studio.rig.geometry import Floats
from visavis.studio.rig.head import Head

UPPER_LIP = (466, 467, 509, 468, 474, 537, 520, 554)
LOWER_LIP = (540, 523, 493, 494, 513, 495, 496)
"""The middle of each lip, from its fullest part to its inner side: vertices of the base mesh."""
CORNERS = (7182, 422)
"""Where the lips meet on the left and on the right."""


class LipGap(NamedTuple):
    """What a viewer sees of the mouth, in pixels of the picture."""

    opening_px: float
    width_px: float


def _at(head: Head, points: Floats, camera: Camera, rotation_deg: npt.ArrayLike) -> Floats:
    return camera.project(head.turned(points, rotation_deg))


def _gap(picture: Floats) -> float:
    """Clear height between the lips at the middle; `picture` (15, 2) holds both lips in turn."""
    upper, lower = picture[: len(UPPER_LIP), 1], picture[len(UPPER_LIP) :, 1]
    return max(0.0, float(upper.min() - lower.max()))


def lip_gap(
    head: Head,
    camera: Camera,
    rotation_deg: npt.ArrayLike,
    weights: Mapping[str, float],
    tongue_up: float = 0.0,
    resolution: int = 640,
) -> LipGap:
    """Opening of the lips at the middle and distance of the mouth's corners, as projected.

    The opening is what shows beyond the resting face, so shut lips give exactly 0. `weights` are
    ARKit weights 0..1, the rotation is (pitch, yaw, roll). The tongue hides no lip: its lift
    changes nothing, and is taken so that a pose can be passed on whole.

    Raises StudioError for a unit that the mesh does not have.
    """
    inner = [*UPPER_LIP, *LOWER_LIP]
    shaped = head.expressed(weights, tongue_up)
    resting = _gap(_at(head, head.expressed({})[inner], camera, rotation_deg))
    opening = max(0.0, _gap(_at(head, shaped[inner], camera, rotation_deg)) - resting)
    left, right = _at(head, shaped[list(CORNERS)], camera, rotation_deg)
    width = float(np.linalg.norm(left - right))
    return LipGap(opening * resolution, width * resolution)
