"""The lower-face box: the part of the picture that speech can change."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from visavis.studio.rig.camera import Camera
from visavis.studio.rig.geometry import Floats, Indices
from visavis.studio.rig.head import Head
from visavis.studio.rig.meshdata import BODY_VERTICES

_MOVES_AT_LEAST_DM = 0.012
_JAW_OPEN = 0.6
_MARGIN_LOW = (0.012, 0.045)
_MARGIN_HIGH = (0.012, 0.01)
"""Share of the picture kept around the moving skin; most below, for the chin's shadow."""
_QUARTER_PIXEL = 0.25


class Fractions(NamedTuple):
    """A box in parts of the picture, as Blender's border settings take it."""

    min_x: float
    min_y: float
    max_x: float
    max_y: float


class Box(NamedTuple):
    """Pixels [x0, x1) x [y0, y1) of a square picture; y counts from the bottom."""

    x0: int
    y0: int
    x1: int
    y1: int

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.x1 - self.x0, self.y1 - self.y0

    def fractions(self, resolution: int) -> Fractions:
        """The border that renders exactly this box.

        Blender keeps a border as 32-bit floats and cuts it down to whole pixels, so that
        124 / 448 falls on pixel 123. A quarter of a pixel more lands on the same pixel
        whether the number is cut or rounded.
        """
        return Fractions(*((edge + _QUARTER_PIXEL) / resolution for edge in self))


_REFERENCE = 640
_MOUTH_REACH = (110, 134, 110, 86)
"""Left, below, right and above the middle of the lower-face box, pixels of a 640 picture."""


def mouth_box(box: Box, resolution: int) -> Box:
    """The part of a lower-face box that a painter learns: all around the mouth, and the chin."""
    left, below, right, above = (round(r * resolution / _REFERENCE) for r in _MOUTH_REACH)
    x, y = (box.x0 + box.x1) // 2, (box.y0 + box.y1) // 2
    return Box(
        max(box.x0, x - left),
        max(box.y0, y - below),
        min(box.x1, x + right),
        min(box.y1, y + above),
    )


def enclosing_box(positions: Floats, resolution: int) -> Box:
    """The box around picture positions (N, 2), 0..1 from the bottom left, with margins."""
    low = np.floor((positions.min(axis=0) - _MARGIN_LOW) * resolution)
    high = np.ceil((positions.max(axis=0) + _MARGIN_HIGH) * resolution)
    x0, y0, x1, y1 = np.concatenate([low, high]).clip(0, resolution).astype(int).tolist()
    return Box(x0, y0, x1, y1)


def speech_vertices(units: Mapping[str, Floats]) -> Indices:
    """Skin vertices that the jaw, mouth and cheek units move visibly."""
    moved = np.zeros(BODY_VERTICES)
    for name, offsets in units.items():
        if name.startswith(("jaw", "mouth", "cheekPuff")):
            moved = np.maximum(moved, np.abs(offsets[:BODY_VERTICES]).sum(axis=1))
    return np.flatnonzero(moved > _MOVES_AT_LEAST_DM)


class Border:
    """Finds the lower-face box of one head at any rotation."""

    def __init__(self, head: Head, camera: Camera) -> None:
        self._head = head
        self._camera = camera
        self._moving = speech_vertices(head.units)
        self._open = head.rest + _JAW_OPEN * head.units["jawOpen"]

    def box(self, rotation_deg: npt.ArrayLike, resolution: int) -> Box:
        """The box that holds the mouth shut and open at one head rotation."""
        poses = [self._head.turned(p, rotation_deg) for p in (self._head.rest, self._open)]
        outline = np.concatenate([pose[self._moving] for pose in poses])[::3]
        return enclosing_box(self._camera.project(outline), resolution)
