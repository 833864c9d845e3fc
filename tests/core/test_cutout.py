"""Colour above, matte below: what a decoder makes black and white of."""

import numpy as np
from numpy.typing import NDArray

from visavis.core.compositor import BlendMask, Frame, crop, new_frame, paste, planes
from visavis.core.cutout import stack, to_rgba

WIDTH, HEIGHT = 32, 24


def _colour() -> Frame:
    frame = new_frame(WIDTH, HEIGHT)
    for plane, level in zip(planes(frame), (120, 90, 170), strict=True):
        plane[...] = level
    return frame


def _matte() -> NDArray[np.uint8]:
    matte = np.zeros((HEIGHT, WIDTH), np.uint8)
    matte[8:, 8:24] = 255
    matte[7, 8:24] = 128
    return matte


def test_the_colour_is_kept_and_the_matte_lies_below() -> None:
    stacked = stack(_colour(), _matte())
    assert stacked.shape == (HEIGHT * 3, WIDTH)
    luma, u, v = planes(stacked)
    assert (luma[:HEIGHT] == 120).all()
    assert (u[: HEIGHT // 2] == 90).all()
    assert (v[: HEIGHT // 2] == 170).all()
    assert (u[HEIGHT // 2 :] == 128).all()
    assert set(np.unique(luma[HEIGHT:])) == {16, 126, 235}


def test_a_picture_without_a_matte_shows_as_a_whole() -> None:
    assert (to_rgba(stack(_colour(), None))[..., 3] == 255).all()


def test_a_decoder_finds_the_matte_again() -> None:
    alpha = to_rgba(stack(_colour(), _matte()))[..., 3]
    assert alpha.shape == (HEIGHT, WIDTH)
    assert np.abs(alpha.astype(int) - _matte()).max() <= 1
    assert (alpha[_matte() == 0] == 0).all()
    assert (alpha[_matte() == 255] == 255).all()


def test_a_mouth_is_pasted_at_the_same_place_as_in_the_whole_picture() -> None:
    mouth = np.random.default_rng(1).random((3, 8, 8)).astype(np.float32)
    mask = BlendMask.from_luma(np.ones((8, 8), np.float32))
    plain, stacked = _colour(), stack(_colour(), _matte())
    below = stacked.copy()
    paste(plain, 12, 10, mouth, mask)
    paste(stacked, 12, 10, mouth, mask)
    for one, other in zip(crop(plain, 12, 10, 8), crop(stacked, 12, 10, 8), strict=True):
        assert (one == other).all()
    assert (planes(stacked)[0][HEIGHT:] == planes(below)[0][HEIGHT:]).all()
