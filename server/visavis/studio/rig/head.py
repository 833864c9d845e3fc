"""The head as numbers: face units bend it, and a neck that blends turns it."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from visavis.errors import StudioError
from visavis.studio.rig.geometry import Floats, Indices, euler_rotation, smoothstep
from visavis.studio.rig.identity import NOVA_IDENTITY, Identity, rest_vertices
from visavis.studio.rig.meshdata import MeshData

RESTING_EXPRESSION: Mapping[str, float] = {
    "eyeLookInLeft": 0.10,
    "eyeLookInRight": 0.10,
    "mouthSmileLeft": 0.25,
    "mouthSmileRight": 0.25,
    "eyeSquintLeft": 0.18,
    "eyeSquintRight": 0.18,
    "eyeBlinkLeft": 0.08,
    "eyeBlinkRight": 0.08,
    "cheekSquintLeft": 0.15,
    "cheekSquintRight": 0.15,
    "mouthPressLeft": 0.10,
    "mouthPressRight": 0.10,
    "mouthClose": 0.07,
    "mouthRollUpper": 0.03,
}
"""A friendly face under everything else; a unit driven to 1 leaves none of it."""


def with_resting_expression(weights: Mapping[str, float]) -> dict[str, float]:
    """`weights` (0..1 by ARKit name) laid over the resting expression."""
    mixed = dict(weights)
    for name, rest in RESTING_EXPRESSION.items():
        driven = mixed.get(name, 0.0)
        mixed[name] = min(1.0, driven + rest * (1.0 - driven))
    return mixed


class Head:
    """Rest vertices (V, 3), ARKit unit offsets (V, 3) each, and the point the head turns about.

    `tongue` are the vertex indices of the tongue, `neck` those of the neck joint.
    """

    def __init__(
        self, rest: Floats, units: Mapping[str, Floats], tongue: Indices, neck: Indices
    ) -> None:
        self.rest = rest
        self.units = units
        self._tongue = tongue
        self.pivot = np.array([0.0, rest[neck, 1].mean() + 0.15, 0.15])

    def expressed(self, weights: Mapping[str, float], tongue_up: float = 0.0) -> Floats:
        """Vertices (V, 3) under ARKit weights; `tongue_up` lifts the tongue's tip (dm).

        Raises StudioError for a unit that the mesh does not have.
        """
        points = self.rest.copy()
        for name, weight in with_resting_expression(weights).items():
            if name not in self.units:
                raise StudioError(f"The face has no unit named {name!r}: use ARKit names.")
            if weight:
                points += weight * self.units[name]
        if tongue_up:
            points[self._tongue, 1] += tongue_up * self._tip_share(points[self._tongue, 2])
        return points

    @staticmethod
    def _tip_share(depth: Floats) -> Floats:
        back, tip = float(depth.min()), float(depth.max())
        return smoothstep(depth, back + 0.25 * (tip - back), tip)

    def turned(self, points: Floats, rotation_deg: npt.ArrayLike) -> Floats:
        """Points (N, 3) after the head turned (pitch, yaw, roll).

        Shoulders stay where they are and the neck blends.
        """
        share = smoothstep(points[:, 1] + 0.35 * (points[:, 2] - 0.3), 5.15, 5.95)[:, None]
        return points + share * (self.turned_stiffly(points, rotation_deg) - points)

    def turned_stiffly(self, points: Floats, rotation_deg: npt.ArrayLike) -> Floats:
        """Points (..., 3) that ride on the skull whole: eyes, teeth, brows, hair."""
        turned: Floats = (points - self.pivot) @ euler_rotation(rotation_deg).T + self.pivot
        return turned


def mirrored_vertices(vertices: Floats) -> Indices:
    """For each vertex (V, 3) of a symmetric mesh the index (V,) of its mirror image in x."""
    _, partner = cKDTree(vertices).query(vertices * (-1, 1, 1))
    return np.asarray(partner, dtype=np.int64)


def even_units(units: Mapping[str, Floats], mirror: Indices) -> dict[str, Floats]:
    """Units (V, 3) made as strong on one side as on the other: the sculpted ones are lopsided."""
    even: dict[str, Floats] = {}
    for name, unit in units.items():
        twin = name.replace("Left", "~").replace("Right", "Left").replace("~", "Right")
        if name in ("jawLeft", "jawRight", "mouthLeft", "mouthRight") or twin not in units:
            even[name] = unit
        else:
            even[name] = (unit + units[twin][mirror] * (-1, 1, 1)) / 2
    return even


def load_head(data: MeshData, identity: Identity = NOVA_IDENTITY) -> Head:
    """The head of one identity, as numbers."""
    mirror = mirrored_vertices(data.base.vertices)
    rest = rest_vertices(data, identity)
    return Head(
        (rest + rest[mirror] * (-1, 1, 1)) / 2,
        even_units(data.face_units(), mirror),
        tongue=data.group("helper-tongue"),
        neck=data.group("joint-neck"),
    )
