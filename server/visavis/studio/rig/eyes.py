"""Eyeballs: spheres fitted to the mesh's eye helpers, with a bulge for the cornea."""

from dataclasses import dataclass

import numpy as np

from visavis.studio.rig.geometry import Floats, Indices, smoothstep, tube_quads

_RINGS = 40
_SECTORS = 64
_CORNEA_BULGE = 0.055
_CORNEA_RADIUS_RAD = 0.36
_LIT_BELOW, _DARK_ABOVE = 0.0, 0.42  # eye radii over the middle


@dataclass(frozen=True)
class Eyeball:
    """Vertices (N, 3), faces (M, 4), and the attributes from which the iris is painted.

    `er` (N,) is the angle from the optical axis in rad, `eth` (N, 3) a noise coordinate that
    runs around the iris, `erest` (N, 3) the position in eye radii, `elid` (N,) how much the upper
    lid and its lashes keep the light away, 0 to 1.
    """

    vertices: Floats
    faces: Indices
    attributes: dict[str, Floats]


def fit_sphere(points: Floats) -> tuple[Floats, float]:
    """Centre (3,) and radius of the sphere nearest to points (N, 3), by least squares."""
    system = np.c_[2 * points, np.ones(len(points))]
    solution = np.linalg.lstsq(system, (points**2).sum(axis=1), rcond=None)[0]
    centre = solution[:3]
    return centre, float(np.sqrt(solution[3] + centre @ centre))


def _globe(radius: float) -> Floats:
    """Vertices around the origin in rings that crowd at the pupil."""
    polar = np.pi * (np.arange(_RINGS + 1) / _RINGS) ** 1.25
    polar = polar[:, None]
    around = 2 * np.pi * np.arange(_SECTORS)[None, :] / _SECTORS
    distance = radius * (1 + _CORNEA_BULGE * np.exp(-((polar / _CORNEA_RADIUS_RAD) ** 2)))
    x = distance * np.sin(polar) * np.cos(around)
    y = distance * np.sin(polar) * np.sin(around)
    z = distance * np.cos(polar) * np.ones_like(around)
    return np.stack([x, y, z], axis=-1).reshape(-1, 3)


def eyeball(helper: Floats) -> Eyeball:
    """The eyeball that fills one eye helper (N, 3)."""
    centre, radius = fit_sphere(helper)
    globe = _globe(radius)
    polar = np.arccos(np.clip(globe[:, 2] / np.linalg.norm(globe, axis=1), -1, 1))
    around = np.arctan2(globe[:, 1], globe[:, 0])
    attributes = {
        "er": polar,
        "eth": np.stack([np.cos(around) * 9, np.sin(around) * 9, polar * 5], axis=-1),
        "erest": globe / radius,
        "elid": smoothstep(globe[:, 1] / radius, _LIT_BELOW, _DARK_ABOVE),
    }
    return Eyeball(globe + centre, tube_quads(_RINGS + 1, _SECTORS), attributes)
