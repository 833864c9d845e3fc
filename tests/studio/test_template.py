from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from visavis.studio import template
from visavis.studio.dataset import Clip, Dataset
from visavis.studio.framing import Framing

Bytes = NDArray[np.uint8]


def cut_out(size: int = 64) -> Bytes:
    """A red disc; the colour outside its matte is garbage."""
    y, x = np.mgrid[:size, :size] - size / 2
    inside = np.hypot(x, y) < size / 4
    rgba = np.zeros((size, size, 4), np.uint8)
    rgba[inside] = (200, 60, 50, 255)
    rgba[~inside, 1] = 255
    return rgba


def test_edge_colour_is_extended_under_the_matte() -> None:
    colour = template.bleed(cut_out())
    true = np.array([200, 60, 50], np.float32)[:, None, None] / 255
    np.testing.assert_allclose(colour, np.broadcast_to(true, colour.shape), atol=1e-3)


def test_a_soft_matte_keeps_its_inside_and_outside_and_loses_single_pixels() -> None:
    matte = cut_out()[..., 3]
    matte[4, 4] = 255  # a hair that one sample hit
    soft = template.soften(matte)
    assert (soft[28:36, 28:36] == 255).all()
    assert (soft[:3] == 0).all()
    assert soft[4, 4] == 64
    assert int(soft.astype(int).sum()) == pytest.approx(int(matte.astype(int).sum()), rel=0.01)


def test_the_painted_box_holds_the_windows_of_all_frames(rendered: Path) -> None:
    data = Dataset(rendered)
    table = data.template["border_x0y0x1y1_bottom_up"]
    table[1] = [44, 24, 108, 88]
    table[2] = [32, 30, 96, 94]
    framing = Framing(roi=72, window=32, top=20, left=16)
    box = template.painted_box(data, Clip("idle", 0, 3, ()), framing)
    corners = [template.roi_corner(data, index, framing.roi) for index in range(3)]
    assert (box.x, box.y) == (min(x for x, _ in corners) + 12, min(y for _, y in corners) + 16)
    assert (box.width, box.height) == (12 + 40, 6 + 40)


def test_what_lies_outside_the_picture_is_not_painted(rendered: Path) -> None:
    data = Dataset(rendered)
    box = template.painted_box(data, data.clips[0], Framing())
    assert min(box.x, box.y) >= 0
    assert max(box.x + box.width, box.y + box.height) <= data.size
