"""Planes blended into a frame are what the plain paste makes of the same picture."""

import numpy as np
import pytest

from visavis.core.blend import Blend
from visavis.core.colour import flat_planes
from visavis.core.compositor import BlendMask, paste
from visavis.core.region import Region

SIZE, X, Y = 16, 8, 4
WINDOW = Region(4, 2, 8, 12)


@pytest.mark.parametrize("gain", [1.0, 0.4, 0.0])
@pytest.mark.parametrize("window", [Region(0, 0, SIZE, SIZE), WINDOW])
def test_the_bits_are_those_of_the_plain_paste(gain: float, window: Region) -> None:
    rng = np.random.default_rng(3)
    rgb = rng.random((3, SIZE, SIZE), np.float32)
    weights = np.zeros((SIZE, SIZE), np.float32)
    weights[window.rows, window.columns] = rng.random((window.height, window.width), np.float32)
    mask = BlendMask.from_luma(weights)
    plain = rng.integers(0, 256, (72, 64), np.uint8)
    fast = plain.copy()
    paste(plain, X, Y, rgb, mask, gain)
    mouth = flat_planes(rgb[:, window.rows, window.columns])
    Blend(mask, window).into(fast, X, Y, mouth, gain)
    np.testing.assert_array_equal(fast, plain)


def test_outside_the_window_nothing_changes() -> None:
    frame = np.full((72, 64), 90, np.uint8)
    mask = BlendMask.from_luma(np.ones((SIZE, SIZE), np.float32))
    mouth = np.full(WINDOW.planes_bytes, 200, np.uint8)
    Blend(mask, WINDOW).into(frame, X, Y, mouth)
    assert np.count_nonzero(frame == 200) == WINDOW.planes_bytes
    top, left = Y + WINDOW.top, X + WINDOW.left
    assert (frame[top : top + WINDOW.height, left : left + WINDOW.width] == 200).all()
