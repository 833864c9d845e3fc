"""Teeth and gums, set one by one along the arch of the mesh's teeth helpers."""

from dataclasses import dataclass

import numpy as np

from visavis.studio.rig.geometry import Floats, Indices, tube_quads

_TOOTH_RINGS = 15
_TOOTH_SIDES = 16
_GUM_STEPS = 40
_GUM_SIDES = 10
_GUM_RADIUS_DM = 0.052
_FRONT_TEETH = 3


@dataclass(frozen=True)
class _Jaw:
    """Sizes of one jaw's seven teeth a side, from the middle out (dm), and its set-back."""

    growth: int
    widths: tuple[float, ...]
    heights: tuple[float, ...]
    setback: float


_UPPER = _Jaw(
    growth=1,
    widths=(0.088, 0.070, 0.078, 0.072, 0.072, 0.095, 0.09),
    heights=(0.115, 0.10, 0.112, 0.09, 0.085, 0.08, 0.075),
    setback=0.02,
)
_LOWER = _Jaw(
    growth=-1,
    widths=(0.056, 0.060, 0.069, 0.072, 0.072, 0.10, 0.09),
    heights=(0.095, 0.098, 0.108, 0.095, 0.09, 0.085, 0.08),
    setback=0.045,
)


@dataclass(frozen=True)
class DentalArch:
    """Teeth and gum of one jaw: vertices (N, 3) and faces (M, 4) of each."""

    teeth: Floats
    tooth_faces: Indices
    gum: Floats
    gum_faces: Indices


class _Curve:
    """The left half of the arch, from the middle (0) to the last tooth (`length`), in dm."""

    def __init__(self, helper: Floats, jaw: _Jaw) -> None:
        across = np.abs(helper[:, 0]).max() * 0.93
        back, front = helper[:, 2].min(), helper[:, 2].max() - jaw.setback
        angle = np.linspace(0, np.pi / 2, 400)
        self._x = across * np.sin(angle) ** 0.92
        self._z = back + (front - back) * np.cos(angle) ** 0.92
        steps = np.hypot(np.diff(self._x), np.diff(self._z))
        self._arc = np.r_[0, np.cumsum(steps)]
        self.length = float(self._arc[-1])

    def at(self, distance: float) -> Floats:
        """Position (x, z) at an arc length from the middle."""
        x = np.interp(distance, self._arc, self._x)
        return np.array([x, np.interp(distance, self._arc, self._z)])

    def direction(self, distance: float, reach: float = 0.01) -> Floats:
        """Unit tangent (x, z) that points away from the middle."""
        step = self.at(distance + reach) - self.at(distance - reach)
        return np.asarray(step / np.hypot(step[0], step[1]), dtype=np.float64)


def _tooth_shape(width: float, height: float, depth: float) -> Floats:
    """Vertices (rings * sides, 3) as (along the arch, up from the middle, outward) in dm.

    Flat biting edge at -height/2, round root at +height/2.
    """
    last = _TOOTH_RINGS - 1
    v = np.sin(np.pi / 2 * (-1 + 2 * np.arange(_TOOTH_RINGS) / last))[:, None]
    around = 2 * np.pi * np.arange(_TOOTH_SIDES)[None, :] / _TOOTH_SIDES
    cos, sin = np.cos(around), np.sin(around)
    biting = v < 0
    inside = np.clip(1 - np.abs(v) ** np.where(biting, 9, 4), 0, None)
    girth = np.where(np.abs(v) < 0.9999, inside**0.30, 0.0)
    taper = 1.035 - 0.09 * (v * 0.5 + 0.5)
    edge = np.where(biting, girth**0.30, girth**0.5)
    along = np.copysign(np.abs(cos) ** 0.45, cos) * width / 2 * 1.02 * edge * taper
    outward = np.copysign(np.abs(sin) ** 0.8, sin) * depth / 2 * girth
    outward = outward * (1 - 0.25 * (0.5 - v * 0.5))
    upward = v * height / 2 * np.ones_like(around)
    return np.stack([along, upward, outward], axis=-1).reshape(-1, 3)


def _set_tooth(shape: Floats, place: Floats, tangent: Floats, root: Floats) -> Floats:
    """A tooth shape stood at `place` (x, z) along `tangent` (x, z), with heights `root` (N,)."""
    outward = np.array([tangent[1], -tangent[0]])
    if outward[1] < 0 and abs(place[0]) < 0.1:
        outward = -outward
    flat = place + shape[:, :1] * tangent + shape[:, 2:] * outward
    return np.stack([flat[:, 0], root, flat[:, 1]], axis=1)


def _teeth(curve: _Curve, jaw: _Jaw, widths: Floats, biting: float) -> Floats:
    """All fourteen teeth, (14 * rings * sides, 3), left and right in turn from the middle."""
    teeth: list[Floats] = []
    centres = np.cumsum(widths) - widths / 2
    for k, centre in enumerate(centres):
        height = jaw.heights[k] * 1.12
        shape = _tooth_shape(widths[k], height, 0.075 if k < _FRONT_TEETH else 0.11)
        root = biting + jaw.growth * (height / 2 + shape[:, 1])
        for side in (1, -1):
            mirror = np.array([side, 1])
            place, tangent = curve.at(centre) * mirror, curve.direction(centre) * mirror
            teeth.append(_set_tooth(shape, place, tangent, root))
    return np.concatenate(teeth)


def _gum_path(curve: _Curve) -> tuple[Floats, Floats]:
    """Positions (N, 2) as (x, z) from the right end to the left, and distances (N,) from the
    middle."""
    out = np.linspace(0, curve.length, _GUM_STEPS)
    inward = np.linspace(curve.length, 0, _GUM_STEPS)
    right = [curve.at(d) * [-1, 1] for d in inward]
    left = [curve.at(d) for d in out[1:]]
    return np.array(right + left), np.concatenate([inward, out[1:]])


def _gum(curve: _Curve, jaw: _Jaw, widths: Floats, biting: float) -> Floats:
    """A tube (rings * sides, 3) over the roots that dips between the teeth."""
    path, distance = _gum_path(curve)
    count = len(path)
    after, before = np.minimum(np.arange(count) + 1, count - 1), np.maximum(np.arange(count) - 1, 0)
    tangent = path[after] - path[before]
    tangent /= np.linalg.norm(tangent, axis=1, keepdims=True)
    place_in_tooth = np.interp(distance, np.r_[0, np.cumsum(widths)], np.arange(8)) % 1
    gap = np.abs(place_in_tooth - 0.5) * 2
    centres = np.cumsum(widths) - widths / 2
    height = biting + jaw.growth * np.interp(distance, centres, jaw.heights) * (0.97 - 0.10 * gap)
    around = 2 * np.pi * np.arange(_GUM_SIDES)[None, :] / _GUM_SIDES
    x = path[:, :1] - tangent[:, 1:] * np.cos(around) * _GUM_RADIUS_DM
    z = path[:, 1:] + tangent[:, :1] * np.cos(around) * _GUM_RADIUS_DM
    y = height[:, None] + jaw.growth * (0.07 + 0.075 * np.sin(around))
    return np.stack([x, y, z], axis=-1).reshape(-1, 3)


def _tooth_faces(count: int) -> Indices:
    one = tube_quads(_TOOTH_RINGS, _TOOTH_SIDES)
    size = _TOOTH_RINGS * _TOOTH_SIDES
    return np.concatenate([one + i * size for i in range(count)])


def dental_arch(helper: Floats, upper: bool) -> DentalArch:
    """Teeth and gum along a teeth helper (N, 3) of the upper or the lower jaw."""
    jaw = _UPPER if upper else _LOWER
    biting = float(helper[:, 1].min() - 0.032 if upper else helper[:, 1].max() - 0.045)
    curve = _Curve(helper, jaw)
    widths = np.array(jaw.widths)
    widths = widths * (curve.length / widths.sum() * 0.985)
    gum = _gum(curve, jaw, widths, biting)
    gum_faces = tube_quads(len(gum) // _GUM_SIDES, _GUM_SIDES)[:, [0, 3, 2, 1]]
    teeth = _teeth(curve, jaw, widths, biting)
    return DentalArch(teeth, _tooth_faces(2 * len(widths)), gum, gum_faces)
