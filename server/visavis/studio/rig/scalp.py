"""The scalp: where hairs leave the skin, and how high a point stands over it."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from visavis.studio.rig.geometry import Floats, Indices, smoothstep, unit
from visavis.studio.rig.meshdata import BODY_VERTICES
from visavis.studio.rig.skin import above_hairline

_NEIGHBOURS = 6
_NECK_DM = 4.9


class Skull:
    """The skin of head and neck as a cloud of vertices with smooth normals."""

    def __init__(self, skin: Floats, normals: Floats) -> None:
        near = skin[:, 1] > _NECK_DM
        self._points, self._normals = skin[near], normals[near]
        self._tree = cKDTree(self._points)

    def under(self, points: Floats) -> tuple[Floats, Floats]:
        """Height (N,) of points (N, 3) over the skin and the skin's unit normal (N, 3) there."""
        distance, nearest = self._tree.query(points, k=_NEIGHBOURS)
        share = 1 / (distance + 1e-3)
        share = (share / share.sum(axis=1, keepdims=True))[:, :, None]
        normal = unit((self._normals[nearest] * share).sum(axis=1))
        foot = (self._points[nearest] * share).sum(axis=1)
        return ((points - foot) * normal).sum(axis=1), normal


@dataclass(frozen=True)
class Roots:
    """Where hairs leave the skin: points (N, 3) and unit normals (N, 3)."""

    points: Floats
    normals: Floats

    def kept(self, which: npt.NDArray[np.bool_]) -> "Roots":
        """Those roots that a mask (N,) names."""
        return Roots(self.points[which], self.normals[which])


def vertex_normals(rest: Floats, triangles: Indices) -> tuple[Floats, Floats]:
    """Face normals (T, 3), as long as twice the area, and unit vertex normals (V, 3)."""
    a, b, c = (rest[triangles[:, j]] for j in range(3))
    faces = np.cross(b - a, c - a)
    vertices = np.zeros((BODY_VERTICES, 3))
    for j in range(3):
        np.add.at(vertices, triangles[:, j], faces)
    return faces, unit(vertices, tiny=1e-9)


def _grows_hair(centres: Floats) -> npt.NDArray[np.bool_]:
    """Which face centres (T, 3) lie on the scalp, less the skin around the ears."""
    height = above_hairline(centres)
    x, y, z = np.abs(centres[:, 0]), centres[:, 1], centres[:, 2]
    ear = (x > 0.70) & (y < 6.75) & (z > -0.05) & (z < 0.62) & (height < 0.15)
    return np.asarray((height > -0.06) & (y > 5.85) & ~ear, dtype=np.bool_)


def _scatter(rest: Floats, corners: Indices, normals: Floats, rng: np.random.Generator) -> Roots:
    """One root evenly drawn in each triangle `corners` (N, 3)."""
    count = len(corners)
    r1, r2 = np.sqrt(rng.uniform(0, 1, count)), rng.uniform(0, 1, count)
    shares = np.stack([1 - r1, r1 * (1 - r2), r1 * r2], axis=-1)[:, :, None]
    points = (rest[corners] * shares).sum(axis=1)
    return Roots(points, unit((normals[corners] * shares).sum(axis=1)))


def _thin_at_hairline(roots: Roots, rng: np.random.Generator) -> Roots:
    """Fewer hairs near the hairline, which wanders a little as real ones do."""
    angle = np.arctan2(roots.points[:, 0], roots.points[:, 2] - 0.35)
    wander = 0.022 * np.sin(angle * 17 + 1.0) + 0.016 * np.sin(angle * 41)
    density = smoothstep(above_hairline(roots.points) + wander, -0.05, 0.11)
    return roots.kept(rng.uniform(0, 1, len(roots.points)) < density)


def plant(
    rest: Floats, triangles: Indices, count: int, rng: np.random.Generator
) -> tuple[Roots, Skull]:
    """About `count` roots on the scalp of the mesh's vertices `rest` (V, 3), and the skull.

    `triangles` (T, 3) are those of its skin.
    """
    faces, normals = vertex_normals(rest, triangles)
    hairy = _grows_hair(rest[triangles].sum(axis=1) / 3)
    areas = np.linalg.norm(faces[hairy], axis=1)
    chosen = rng.choice(len(areas), count, p=areas / areas.sum())
    roots = _scatter(rest, triangles[hairy][chosen], normals, rng)
    return _thin_at_hairline(roots, rng), Skull(rest[:BODY_VERTICES], normals)
