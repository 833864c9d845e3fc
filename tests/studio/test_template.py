from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from visavis.core.compositor import pack, planes
from visavis.studio import template

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


def test_the_video_gives_the_composite_back(tmp_path: Path) -> None:
    picture = cut_out()
    wall = template.background_frame(64)
    template.encode([template.stack(picture)] * 3, tmp_path / "idle.mkv")
    frames = template.decode(tmp_path / "idle.mkv", wall)
    assert len(frames) == 3
    luma, under = planes(frames[0])[0].astype(np.int16), planes(wall)[0]
    assert (luma[:8] == under[:8]).all()  # outside the matte: exactly the wall
    centre = pack(template.bleed(picture))
    assert abs(int(luma[32, 32]) - int(planes(centre)[0][32, 32])) <= 2
    assert [path.name for path in tmp_path.iterdir()] == ["idle.mkv"]
