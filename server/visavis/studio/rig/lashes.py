"""Lashes: strands that stand on the rim of each lid and follow it."""

from dataclasses import dataclass

import numpy as np

from visavis.studio.rig.geometry import Floats, Indices, unit
from visavis.studio.rig.meshdata import MeshData

POINTS_PER_LASH = 5
_SEED = 3
_BEFORE_RIM_DM = 0.015  # where they leave the skin; nearer to the eye the lid would hide them
_OUTWARD = 0.9
_FAN = 1.4


@dataclass(frozen=True)
class _Row:
    """One lid's lashes: where they stand along the lid (0..1) and how each differs."""

    strip: Indices
    eye: Indices
    curl: int
    place: Floats
    length_dm: Floats
    jitter: Floats


def _strip(data: MeshData, group: str) -> Indices:
    """Vertices of a lash helper in the order in which its faces name them."""
    base = data.base
    named = (vertex for i in base.faces_in(group) for vertex in base.faces[i])
    return np.array(list(dict.fromkeys(named)), dtype=np.int64)


def _row(data: MeshData, side: str, upper: bool, scale: float, rng: np.random.Generator) -> _Row:
    count, length_dm = (150, 0.037) if upper else (44, 0.018)
    place = np.sort(rng.uniform(0.04, 0.96, count))
    length = scale * length_dm * rng.uniform(0.6, 1.1, count)
    return _Row(
        strip=_strip(data, f"helper-{side}-eyelashes-{2 if upper else 1}"),
        eye=data.group(f"helper-{side}-eye"),
        curl=1 if upper else -1,
        place=place,
        length_dm=length * (0.55 + 0.45 * np.sin(np.pi * place) ** 0.5),
        jitter=rng.normal(0, 0.06, (count, 3)),
    )


def _lid_rim(strip: Floats, centre: Floats) -> Floats:
    """The line (N, 3) along a lid on which lashes stand.

    The strip's vertices nearest to the eye lie in two rows, which are drawn into one.
    """
    distance = np.linalg.norm(strip - centre, axis=1)
    nearest = distance.min()
    rim = strip[distance < nearest + 0.35 * (distance.max() - nearest)]
    rim = rim[np.argsort(rim[:, 0])]
    middle = (rim[1:] + rim[:-1]) / 2
    return np.asarray(middle + np.array([0, 0, _BEFORE_RIM_DM]), dtype=np.float64)


def _along(line: Floats, place: Floats) -> Floats:
    """Points (N, 3) at shares `place` of the length of a polyline (M, 3)."""
    arc = np.r_[0, np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1))]
    return np.stack([np.interp(place * arc[-1], arc, line[:, j]) for j in range(3)], axis=-1)


def _grow(row: _Row, vertices: Floats) -> Floats:
    centre = vertices[row.eye].mean(axis=0)
    root = _along(_lid_rim(vertices[row.strip], centre), row.place)
    direction = unit(root - centre) * _OUTWARD + np.array([0, 0.15 * row.curl, 0.25])
    direction[:, 0] += (row.place - 0.5) * _FAN
    direction = unit(direction + row.jitter)
    t = np.linspace(0, 1, POINTS_PER_LASH)[None, :, None]
    length = row.length_dm[:, None, None]
    curl = np.array([0, row.curl, 0]) * (length * 0.5 * t**2)
    return np.asarray(root[:, None] + direction[:, None] * length * t + curl, dtype=np.float64)


class Lashes:
    """Four rows of lashes, drawn once and regrown on the lids of every pose."""

    def __init__(self, data: MeshData, scale: float = 1.0) -> None:
        rng = np.random.default_rng(_SEED)
        sides = (("l", False), ("l", True), ("r", False), ("r", True))
        self._rows = [_row(data, side, upper, scale, rng) for side, upper in sides]

    def strands(self, vertices: Floats) -> Floats:
        """Strands (N, POINTS_PER_LASH, 3) for the mesh's vertices (V, 3) as posed."""
        return np.concatenate([_grow(row, vertices) for row in self._rows])
