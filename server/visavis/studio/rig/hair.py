"""Hair: strands that leave the scalp and are combed back into a bun."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from visavis.studio.rig.geometry import Floats, Indices, smoothstep, unit, without_normal
from visavis.studio.rig.meshdata import BODY_VERTICES
from visavis.studio.rig.skin import above_hairline

_SEED = 11
_HAIRS = 44_000
_STEPS = 11
_CLUMPS = 700
_BUN = np.array([0.0, 6.50, -0.80])
_NEIGHBOURS = 6


class _Scalp:
    """The skull's surface as a cloud of skin vertices with smooth normals."""

    def __init__(self, skin: Floats, normals: Floats) -> None:
        near = (skin[:, 1] > 5.7) & (above_hairline(skin) > -0.3)
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
class _Roots:
    """Where hairs leave the skin: points (N, 3) and unit normals (N, 3)."""

    points: Floats
    normals: Floats


def _vertex_normals(rest: Floats, triangles: Indices) -> tuple[Floats, Floats]:
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
    return np.asarray((height > -0.02) & (y > 5.85) & ~ear, dtype=np.bool_)


def _scatter(
    rest: Floats, triangles: Indices, areas: Floats, normals: Floats, rng: np.random.Generator
) -> _Roots:
    """One root for each hair, evenly over the area of the triangles (T, 3)."""
    chosen = rng.choice(len(triangles), _HAIRS, p=areas / areas.sum())
    r1, r2 = np.sqrt(rng.uniform(0, 1, _HAIRS)), rng.uniform(0, 1, _HAIRS)
    shares = np.stack([1 - r1, r1 * (1 - r2), r1 * r2], axis=-1)[:, :, None]
    corners = triangles[chosen]
    points = (rest[corners] * shares).sum(axis=1)
    return _Roots(points, unit((normals[corners] * shares).sum(axis=1)))


def _thin_at_hairline(roots: _Roots, rng: np.random.Generator) -> _Roots:
    density = smoothstep(above_hairline(roots.points), -0.03, 0.10)
    kept = rng.uniform(0, 1, len(roots.points)) < density
    return _Roots(roots.points[kept], roots.normals[kept])


@dataclass(frozen=True)
class _Style:
    """What tells hairs apart: length (N,), clump (N,), and per clump a lean (C, 3) and a rise."""

    length: Floats
    clump: Indices
    lean: Floats
    rise: Floats

    @classmethod
    def draw(cls, count: int, rng: np.random.Generator) -> "_Style":
        length = rng.uniform(0.85, 1.15, count)
        clump = rng.integers(0, _CLUMPS, count)
        lean = rng.normal(0, 1, (_CLUMPS, 3)) * 0.07
        return cls(length, clump, lean, rng.uniform(-0.6, 1, _CLUMPS))


def _step(
    points: Floats, normals: Floats, step: int, style: _Style, rng: np.random.Generator
) -> Floats:
    """Where strands (N, 3) go next: along the skin to the bun, lifted near the root."""
    to_bun = _BUN - points
    distance = np.linalg.norm(to_bun, axis=1)
    stride = np.minimum(0.18, distance / max(1, _STEPS - step) + 0.02) * style.length
    lift = np.interp(step, [0, 1, 2, 5, 14], [0.45, 0.30, 0.12, 0, 0])
    direction = unit(without_normal(unit(to_bun, tiny=1e-9), normals))
    direction = direction + normals * lift + style.lean[style.clump]
    direction = unit(direction + rng.normal(0, 0.03, points.shape))
    ahead: Floats = points + direction * stride[:, None]
    return ahead


def _settle(points: Floats, scalp: _Scalp, step: int, style: _Style) -> tuple[Floats, Floats]:
    """Strands (N, 3) kept within a layer over the skin that thins at the temples; and normals."""
    height, normals = scalp.under(points)
    temple = smoothstep(np.abs(points[:, 0]), 0.45, 0.80)
    temple = temple * smoothstep(-points[:, 1], -7.25, -6.75)
    rise = (0.055 + 0.05 * style.rise[style.clump]) * smoothstep(step, 0, 4)
    wanted = np.clip(height, 0.015 + rise * (1 - 0.85 * temple), 0.17 - 0.13 * temple)
    return points + normals * (wanted - height)[:, None], normals


def _comb(roots: _Roots, scalp: _Scalp, rng: np.random.Generator) -> Floats:
    style = _Style.draw(len(roots.points), rng)
    strand, normals = [roots.points], roots.normals
    for step in range(_STEPS):
        ahead = _step(strand[-1], normals, step, style, rng)
        settled, normals = _settle(ahead, scalp, step, style)
        strand.append(settled)
    return np.stack(strand, axis=1)


def _tidy(strands: Floats) -> Floats:
    """Strands less those that cross an ear or jump."""
    x, y, z = np.abs(strands[..., 0]), strands[..., 1], strands[..., 2]
    over_ear = ((x > 0.84) & (y < 6.62) & (z > -0.35)).any(axis=1)
    longest = np.linalg.norm(np.diff(strands, axis=1), axis=2).max(axis=1)
    tidy: Floats = strands[~(over_ear | (longest > 0.30))]
    return tidy


def hair_strands(rest: Floats, triangles: Indices) -> Floats:
    """Strands (N, 12, 3), about 42,000, over the head at rest.

    `rest` (V, 3) are the mesh's vertices, `triangles` (T, 3) those of its skin. The same mesh
    gives the same hair.
    """
    rng = np.random.default_rng(_SEED)
    faces, normals = _vertex_normals(rest, triangles)
    hairy = _grows_hair(rest[triangles].sum(axis=1) / 3)
    areas = np.linalg.norm(faces[hairy], axis=1)
    roots = _scatter(rest, triangles[hairy], areas, normals, rng)
    roots = _thin_at_hairline(roots, rng)
    return _tidy(_comb(roots, _Scalp(rest[:BODY_VERTICES], normals), rng))
