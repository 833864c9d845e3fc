"""Hair: strands that leave the scalp and fall to the shoulders, or stand as a short crop."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from visavis.studio.rig.geometry import Floats, Indices, smoothstep, unit, without_normal
from visavis.studio.rig.scalp import Roots, Skull, plant

_SEED = 11
_CLUMPS = 900
_FALL_STEPS = 17
_CROP_STEPS = 4
_DOWN = np.array([0.0, -1.0, 0.0])
_PART_DM = 0.13

# How far from the middle hair beside the face stays, by height (dm).
_FRAME_HEIGHT_DM = (5.2, 5.6, 6.0, 6.4, 6.8, 7.0, 7.15, 7.3)
_FRAME_X_DM = (0.52, 0.60, 0.68, 0.73, 0.68, 0.56, 0.36, 0.0)


@dataclass(frozen=True)
class _Locks:
    """What tells strands apart: the clump (N,) each belongs to and its own share 0..1 (N,)."""

    clump: Indices
    lean: Floats
    rise: Floats
    own: Floats

    @classmethod
    def draw(cls, roots: Roots, rng: np.random.Generator) -> "_Locks":
        """Clumps are neighbours: each strand joins the nearest of some drawn roots."""
        count = len(roots.points)
        leaders = roots.points[rng.choice(count, _CLUMPS)]
        square = (leaders**2).sum(axis=1)
        nearest = [
            np.argmin(square - 2 * part @ leaders.T, axis=1)
            for part in np.array_split(roots.points, 40)
        ]
        return cls(
            np.concatenate(nearest),
            rng.normal(0, 1, (_CLUMPS, 3)),
            rng.uniform(0, 1, _CLUMPS),
            rng.uniform(0, 1, count),
        )


def _sides(points: Floats, rng: np.random.Generator) -> Floats:
    """Which way (+1, -1) each root (N, 3) is combed from the parting."""
    parting = _PART_DM * smoothstep(points[:, 2], -0.2, 0.7)
    jitter = rng.normal(0, 0.012, len(points))
    return np.where(points[:, 0] + jitter > parting, 1.0, -1.0)


def _pull(points: Floats, normals: Floats, side: Floats, step: int) -> Floats:
    """Where strands (N, 3) want to go: off the parting, around the face, then down."""
    y, z = points[:, 1], points[:, 2]
    top = np.clip(normals[:, 1], 0, 1) * smoothstep(y, 6.3, 6.8)
    front = smoothstep(z, 0.45, 1.0)
    high = smoothstep(y, 6.6, 7.15)
    frame = np.interp(y, _FRAME_HEIGHT_DM, _FRAME_X_DM)
    lacking = np.clip(frame + 0.02 - side * points[:, 0], 0, 0.35) * smoothstep(z, 0.35, 0.7)
    outward = 0.75 * top + 0.9 * front * high + 7.0 * lacking
    lift = np.interp(step, [0, 1, 3, 5], [0.75, 0.45, 0.1, 0]) * (0.4 + 0.6 * top)
    pull = np.repeat(_DOWN[None], len(points), axis=0) * (1 - 0.55 * front * high)[:, None]
    pull[:, 0] += side * outward
    pull[:, 2] -= 0.75 * front * high + 1.2 * lacking
    return np.asarray(pull + normals * lift[:, None], dtype=np.float64)


def _fall(roots: Roots, skull: Skull, rng: np.random.Generator) -> Floats:
    """Shoulder-length hair, parted beside the middle: strands (N, 18, 3)."""
    locks = _Locks.draw(roots, rng)
    side = _sides(roots.points, rng)
    ends = 5.42 + 0.07 * locks.lean[locks.clump, 1] + 0.10 * (locks.own - 0.5)
    reach = (roots.points[:, 1] - ends) + 0.45 * np.clip(roots.normals[:, 1], 0, 1)
    stride = (np.clip(reach, 0.35, None) / _FALL_STEPS)[:, None]
    layer = 0.03 + 0.14 * (0.55 * locks.own + 0.45 * locks.rise[locks.clump])
    strand, normals = [roots.points], roots.normals
    heights = np.zeros(len(roots.points))
    for step in range(_FALL_STEPS):
        at = strand[-1]
        pull = unit(_pull(at, normals, side, step))
        hugs = smoothstep(at[:, 1], 5.95, 6.5) * smoothstep(layer + 0.12 - heights, 0, 0.06)
        pull = unit(pull - hugs[:, None] * (pull * normals).sum(axis=1, keepdims=True) * normals)
        curl = smoothstep(6.1 - at[:, 1], 0, 0.7)
        pull[:, 0] -= 0.26 * curl * np.sign(at[:, 0])
        pull += 0.075 * locks.lean[locks.clump] + rng.normal(0, 0.02, at.shape)
        ahead = at + unit(pull) * stride
        heights, normals = skull.under(ahead)
        full = layer * (1 + 0.4 * smoothstep(ahead[:, 1], 7.3, 7.75))
        grown = full * smoothstep(step, -1, 5)
        most = full + 0.05 + 2.0 * smoothstep(6.5 - ahead[:, 1], 0, 0.4)
        wanted = np.clip(heights, grown, np.maximum(most, grown))
        strand.append(ahead + normals * (wanted - heights)[:, None])
        heights = wanted
    strands = _smoothed(np.stack(strand, axis=1))
    return strands[~_crosses_face(strands)]


def _smoothed(strands: Floats) -> Floats:
    """Strands with their kinks taken out; ends stay."""
    smooth = strands.copy()
    for _ in range(2):
        middle = (smooth[:, :-2] + 2 * smooth[:, 1:-1] + smooth[:, 2:]) / 4
        smooth[:, 1:-1] = middle
    return smooth


def _crosses_face(strands: Floats) -> npt.NDArray[np.bool_]:
    """Which strands (N,) hang before the face."""
    x, y, z = np.abs(strands[..., 0]), strands[..., 1], strands[..., 2]
    inside = x < np.interp(y, _FRAME_HEIGHT_DM, _FRAME_X_DM) - 0.07
    return np.asarray((inside & (z > 0.55) & (y < 7.1)).any(axis=1), dtype=np.bool_)


def _crop(roots: Roots, skull: Skull, rng: np.random.Generator) -> Floats:
    """A short textured crop with faded sides: strands (N, 5, 3)."""
    locks = _Locks.draw(roots, rng)
    y, z = roots.points[:, 1], roots.points[:, 2]
    top = smoothstep(y + 0.22 * (z - 0.4), 6.98, 7.45)
    top = top * (0.3 + 0.7 * smoothstep(roots.normals[:, 1], 0.1, 0.6))
    length = 0.028 + 0.21 * top * (0.55 + 0.6 * locks.rise[locks.clump]) * (0.85 + 0.3 * locks.own)
    along = np.stack([0.25 * np.sign(roots.points[:, 0] + 0.1), -0.8 * (1 - top), 0.7 * top], -1)
    along = (
        without_normal(along, roots.normals)
        + (0.12 + 0.30 * top)[:, None] * locks.lean[locks.clump]
    )
    start = unit(roots.normals * (0.30 + 0.55 * top)[:, None] + 0.6 * along)
    bend = without_normal(along, roots.normals) - 0.25 * roots.normals
    t = np.linspace(0, 1, _CROP_STEPS + 1)[None, :, None]
    reach = length[:, None, None]
    strands = (
        roots.points[:, None] + start[:, None] * reach * t + bend[:, None] * reach * 0.4 * t**2
    )
    flat = strands.reshape(-1, 3)
    height, normals = skull.under(flat)
    flat += normals * np.clip(0.004 - height, 0, None)[:, None]
    return flat.reshape(strands.shape)


@dataclass(frozen=True)
class HairStyle:
    """A cut, how many roots it has, and its strands' radii (dm) at root and tip."""

    cut: str
    roots: int
    root_radius: float
    tip_radius: float


LOB = HairStyle("lob", 40_000, 0.0026, 0.0016)
CROP = HairStyle("crop", 46_000, 0.0026, 0.0012)

_CUTS: Mapping[str, Callable[[Roots, Skull, np.random.Generator], Floats]] = {
    "lob": _fall,
    "crop": _crop,
}


def hair_strands(rest: Floats, triangles: Indices, style: HairStyle = LOB) -> Floats:
    """Strands (N, points, 3) over the head at rest.

    `rest` (V, 3) are the mesh's vertices, `triangles` (T, 3) those of its skin. The same mesh
    gives the same hair.
    """
    rng = np.random.default_rng(_SEED)
    roots, skull = plant(rest, triangles, style.roots, rng)
    return _CUTS[style.cut](roots, skull, rng)
