"""RGB and yuv420p: known colours, and planes that come back as they went."""

import numpy as np
import pytest

from visavis.core.colour import planes_to_rgb, rgb_to_planes


@pytest.mark.parametrize(
    ("rgb", "yuv"),
    [
        ((0, 0, 0), (16, 128, 128)),
        ((1, 1, 1), (235, 128, 128)),
        ((1, 0, 0), (81, 90, 240)),
        ((0, 1, 0), (145, 54, 34)),
        ((0, 0, 1), (41, 240, 110)),
    ],
)
def test_colour_bars_have_bt601s_numbers(
    rgb: tuple[int, int, int], yuv: tuple[int, int, int]
) -> None:
    picture = np.broadcast_to(np.array(rgb, np.float32)[:, None, None], (3, 4, 6))
    y, u, v = rgb_to_planes(picture)
    assert (y.shape, u.shape, v.shape) == ((4, 6), (2, 3), (2, 3))
    assert [set(plane.ravel().tolist()) for plane in (y, u, v)] == [{value} for value in yuv]


def test_planes_within_the_gamut_come_back_exactly() -> None:
    rng = np.random.default_rng(0)
    y = rng.integers(70, 180, (64, 64), np.uint8)
    u, v = (rng.integers(112, 144, (32, 32), np.uint8) for _ in range(2))
    back = rgb_to_planes(planes_to_rgb((y, u, v)))
    for got, want in zip(back, (y, u, v), strict=True):
        np.testing.assert_array_equal(got, want)


def test_values_beyond_the_gamut_stay_in_range() -> None:
    y = np.array([[0, 255], [16, 235]], np.uint8)
    extreme = np.array([[255]], np.uint8)
    rgb = planes_to_rgb((y, extreme, 255 - extreme))
    assert rgb.min() >= 0.0
    assert rgb.max() <= 1.0
    for plane in rgb_to_planes(np.array([-5.0, 7.0, 3.0], np.float32)[:, None, None] + rgb):
        assert plane.dtype == np.uint8


def test_chroma_is_the_mean_of_four_pixels() -> None:
    rgb = np.zeros((3, 2, 2), np.float32)
    rgb[:, 0, 0] = 1.0, 0.0, 0.0
    _, u, v = rgb_to_planes(rgb)
    assert (int(u[0, 0]), int(v[0, 0])) == (round(128 + (90.2 - 128) / 4), 128 + 28)
