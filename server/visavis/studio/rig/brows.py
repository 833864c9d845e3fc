"""Brows: short hairs bound to the skin triangles they grow on."""

from dataclasses import dataclass

import numpy as np

from visavis.studio.rig.geometry import Colour, Floats, Indices, smoothstep, unit, without_normal

POINTS_PER_HAIR = 4
_SEED = 5
_HIT_SLACK = -1e-4


@dataclass(frozen=True)
class BrowStyle:
    """Hairs of one brow, its half thickness, its height over the eye's centre at the inner end,
    how much higher its arch is, a hair's length (all dm), and the linear RGB colour."""

    hairs: int = 300
    thickness_dm: float = 0.026
    height_dm: float = 0.132
    arch_dm: float = 0.058
    length_dm: float = 0.058
    colour: Colour = (0.075, 0.043, 0.028)


def _arc(along: Floats, style: BrowStyle) -> Floats:
    """Height of a brow over its eye's centre (dm), from the inner end (0) to the outer (1)."""
    rise = style.arch_dm * np.sin(np.clip(along / 0.62, 0, 1) * np.pi / 2)
    return style.height_dm + rise - (style.arch_dm + 0.006) * smoothstep(along, 0.6, 1.05)


def _thickness(along: Floats) -> Floats:
    """Half the thickness as a share of the style's: softer at the inner end, thin outside."""
    thinning = 1 - smoothstep(along, 0.35, 1) * 0.78
    return np.asarray(thinning * (0.6 + 0.4 * smoothstep(along, 0, 0.2)), dtype=np.float64)


def _plant(
    eye: Floats, side: int, style: BrowStyle, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """Roots (N, 2) as (x, y) and growth directions (N, 3) of one brow."""
    along = rng.beta(1.25, 1.25, style.hairs)
    across = np.clip(rng.normal(0, 0.52, style.hairs), -1.2, 1.2)
    x = eye[0] + side * (-0.162 + along * 0.39)
    y = eye[1] + _arc(along, style) + across * _thickness(along) * style.thickness_dm
    lean_deg = 66 - 50 * smoothstep(along, 0, 0.4) - 34 * smoothstep(along, 0.5, 1)
    lean = np.radians(lean_deg) - across * 0.4
    direction = np.stack([side * np.cos(lean), np.sin(lean), np.full(style.hairs, 0.12)], axis=-1)
    direction += rng.normal(0, 0.08, direction.shape)
    return np.stack([x, y], axis=-1), direction


class _Screen:
    """The triangles of the upper face that look at the camera, seen along z."""

    def __init__(self, rest: Floats, triangles: Indices) -> None:
        a, b, c = (rest[triangles[:, j]] for j in range(3))
        facing = np.cross(b - a, c - a)[:, 2] > 0
        seen = facing & (a[:, 1] > 6.3) & (a[:, 2] > 0.3)
        self._triangles = triangles[seen]
        self._a, self._b, self._c = a[seen], b[seen], c[seen]

    def _barycentric(self, point: Floats) -> Floats:
        """Barycentric coordinates (T, 3) of one point (x, y) in every triangle."""
        a, b, c = self._a[:, :2], self._b[:, :2], self._c[:, :2]
        area = (b[:, 1] - c[:, 1]) * (a[:, 0] - c[:, 0]) + (c[:, 0] - b[:, 0]) * (a[:, 1] - c[:, 1])
        d = point - c
        first = ((b[:, 1] - c[:, 1]) * d[:, 0] + (c[:, 0] - b[:, 0]) * d[:, 1]) / area
        second = ((c[:, 1] - a[:, 1]) * d[:, 0] + (a[:, 0] - c[:, 0]) * d[:, 1]) / area
        return np.stack([first, second, 1 - first - second], axis=1)

    def hit(self, point: Floats) -> tuple[Indices, Floats]:
        """The foremost triangle (3,) under a point (x, y) and its barycentrics (3,); the
        nearest triangle where none lies under it."""
        shares = self._barycentric(point)
        under = np.flatnonzero((shares >= _HIT_SLACK).all(axis=1))
        if len(under) == 0:
            middle = (self._a + self._b + self._c)[:, :2] / 3
            under = np.array([np.argmin(((middle - point) ** 2).sum(axis=1))])
        depth = np.stack([self._a[under, 2], self._b[under, 2], self._c[under, 2]], axis=1)
        best = under[np.argmax((shares[under] * depth).sum(axis=1))]
        return self._triangles[best], shares[best]


class Brows:
    """Both brows, planted on the face at rest and regrown on every pose."""

    def __init__(
        self,
        rest: Floats,
        triangles: Indices,
        eyes: tuple[Floats, Floats],
        style: BrowStyle,
    ) -> None:
        rng = np.random.default_rng(_SEED)
        planted = [_plant(eye, side, style, rng) for eye, side in zip(eyes, (1, -1), strict=True)]
        roots = np.concatenate([roots for roots, _ in planted])
        self._direction = np.concatenate([direction for _, direction in planted])
        screen = _Screen(rest, triangles)
        hits = [screen.hit(root) for root in roots]
        self._corners = np.array([corners for corners, _ in hits])
        self._shares = np.array([shares for _, shares in hits])
        self._length_dm = style.length_dm * rng.uniform(0.55, 1.15, len(roots))

    def strands(self, vertices: Floats) -> Floats:
        """Strands (N, POINTS_PER_HAIR, 3) for vertices (V, 3) before the head turns."""
        corners = vertices[self._corners]
        root = (corners * self._shares[:, :, None]).sum(axis=1)
        normal = unit(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]))
        direction = unit(without_normal(self._direction, normal, 0.8)) + normal * 0.22
        t = np.linspace(0, 1, POINTS_PER_HAIR)[None, :, None]
        length = self._length_dm[:, None, None]
        sag = normal[:, None] * (length * 0.28 * t**2)
        return np.asarray(root[:, None] + direction[:, None] * length * t - sag, dtype=np.float64)
