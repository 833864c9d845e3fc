"""The collar: a band around the neckline, in Blender's axes."""

from collections.abc import Iterable

import numpy as np

from visavis.studio.rig.geometry import Floats, Indices, tube_quads, unit

_SIDES = 12
_SMOOTHING = 6
_HALF_WIDTH_DM = 0.035
_HALF_HEIGHT_DM = 0.085
_STAND_OFF_DM = 0.012


def ordered_loop(edges: Iterable[tuple[int, int]]) -> list[int]:
    """Vertex numbers in the order met when walking a ring of edges from its first vertex."""
    neighbours: dict[int, list[int]] = {}
    for first, second in edges:
        neighbours.setdefault(first, []).append(second)
        neighbours.setdefault(second, []).append(first)
    start = next(iter(neighbours))
    loop, previous, current = [start], -1, start
    while ahead := [vertex for vertex in neighbours[current] if vertex != previous]:
        previous, current = current, ahead[0]
        if current == start:
            break
        loop.append(current)
    return loop


def collar_tube(neckline: Floats) -> tuple[Floats, Indices]:
    """Vertices (rings * sides, 3) and faces of a band around a ring of points (N, 3).

    The points are in Blender's axes, and so is the tube.
    """
    ring = neckline
    for _ in range(_SMOOTHING):
        ring = (np.roll(ring, 1, axis=0) + 2 * ring + np.roll(ring, -1, axis=0)) / 4
    tangent = unit(np.roll(ring, -1, axis=0) - np.roll(ring, 1, axis=0))
    outward = ring - ring.mean(axis=0)
    outward = unit(outward - (outward * tangent).sum(axis=1, keepdims=True) * tangent)
    upward = np.cross(tangent, outward)
    upward = np.where(upward[:, 2:] < 0, -upward, upward)
    angle = 2 * np.pi * np.arange(_SIDES)[None, :, None] / _SIDES
    band = outward[:, None] * (np.cos(angle) * _HALF_WIDTH_DM + _STAND_OFF_DM)
    tube = ring[:, None] + band + upward[:, None] * (np.sin(angle) * _HALF_HEIGHT_DM)
    return tube.reshape(-1, 3), tube_quads(len(ring), _SIDES, closed=True)
