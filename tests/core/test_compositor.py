"""Pasting a mouth and laying a person over a background, to the pixel."""

import numpy as np
import pytest
from numpy.typing import NDArray

from visavis.core import compositor
from visavis.core.colour import rgb_to_planes
from visavis.core.compositor import (
    BlendMask,
    beside,
    clean_matte,
    crop,
    new_frame,
    overlay,
    paste,
    planes,
)

SIZE, X, Y = 16, 8, 4
WHITE = np.ones((3, SIZE, SIZE), np.float32)
FULL = BlendMask.from_luma(np.ones((SIZE, SIZE), np.float32))


@pytest.fixture
def frame() -> NDArray[np.uint8]:
    return np.random.default_rng(0).integers(0, 256, (72, 64), np.uint8)


def test_the_planes_are_views_in_ffmpegs_order() -> None:
    frame = new_frame(64, 48)
    y, u, v = planes(frame)
    assert (y.shape, u.shape, v.shape) == ((48, 64), (24, 32), (24, 32))
    y[:], u[:], v[:] = 1, 2, 3
    packed = frame.ravel()
    assert packed.tolist() == [1] * 64 * 48 + [2] * 24 * 32 + [3] * 24 * 32


def test_a_crop_shows_the_same_place_in_all_planes(frame: NDArray[np.uint8]) -> None:
    cropped = crop(frame, X, Y, SIZE)
    y, u, v = planes(frame)
    np.testing.assert_array_equal(cropped[0], y[Y : Y + SIZE, X : X + SIZE])
    half = (slice(Y // 2, (Y + SIZE) // 2), slice(X // 2, (X + SIZE) // 2))
    np.testing.assert_array_equal(cropped[1], u[half])
    np.testing.assert_array_equal(cropped[2], v[half])


def test_a_full_paste_is_the_roi_and_nothing_else(frame: NDArray[np.uint8]) -> None:
    before = frame.copy()
    paste(frame, X, Y, WHITE, FULL)
    for got, want in zip(crop(frame, X, Y, SIZE), rgb_to_planes(WHITE), strict=True):
        np.testing.assert_array_equal(got, want)
    for got in crop(before, X, Y, SIZE):
        got[...] = 0
    for got in crop(frame, X, Y, SIZE):
        got[...] = 0
    np.testing.assert_array_equal(frame, before)


def test_no_gain_leaves_the_frame_identical(frame: NDArray[np.uint8]) -> None:
    before = frame.copy()
    paste(frame, X, Y, WHITE, FULL, gain=0.0)
    np.testing.assert_array_equal(frame, before)


def test_half_gain_is_half_way(frame: NDArray[np.uint8]) -> None:
    frame[:] = 35
    paste(frame, X, Y, WHITE, FULL, gain=0.5)
    assert set(crop(frame, X, Y, SIZE)[0].ravel().tolist()) == {(35 + 235) // 2}


def test_where_the_mask_is_nought_nothing_changes(frame: NDArray[np.uint8]) -> None:
    weights = np.zeros((SIZE, SIZE), np.float32)
    weights[4:12, 4:12] = 1
    before = frame.copy()
    paste(frame, X, Y, WHITE, BlendMask.from_luma(weights))
    changed = crop(frame, X, Y, SIZE)[0] != crop(before, X, Y, SIZE)[0]
    assert changed[4:12, 4:12].any()
    assert not changed[weights == 0].any()


@pytest.mark.parametrize("gain", [1.0, 0.5])
def test_only_the_masks_box_is_computed_and_to_the_same_bits(
    frame: NDArray[np.uint8], gain: float
) -> None:
    """A weight beside each corner makes the box the whole ROI."""
    rng = np.random.default_rng(1)
    rgb = rng.random((3, SIZE, SIZE), np.float32)
    weights = np.zeros((SIZE, SIZE), np.float32)
    weights[5:11, 2:13] = rng.random((6, 11), np.float32)
    narrow = BlendMask.from_luma(weights)
    assert narrow.box == (slice(2, 6), slice(1, 7))
    weights[0, 0] = weights[-1, -1] = 1e-6
    wide = BlendMask.from_luma(weights)
    assert wide.box == (slice(0, 8), slice(0, 8))
    other = frame.copy()
    paste(frame, X, Y, rgb, narrow, gain)
    paste(other, X, Y, rgb, wide, gain)
    np.testing.assert_array_equal(frame, other)


def test_a_mask_without_weights_pastes_nothing(frame: NDArray[np.uint8]) -> None:
    before = frame.copy()
    paste(frame, X, Y, WHITE, BlendMask.from_luma(np.zeros((SIZE, SIZE), np.float32)))
    np.testing.assert_array_equal(frame, before)


def test_the_chroma_mask_is_the_mean_of_the_luma_mask() -> None:
    mask = BlendMask.from_luma(np.array([[0, 1], [1, 1]], np.float32))
    assert mask.chroma.tolist() == [[0.75]]


def test_a_person_covers_the_background_as_far_as_the_matte_says() -> None:
    person, background = (np.full((6, 4), value, np.uint8) for value in (200, 100))
    alpha = np.zeros((4, 4), np.uint8)
    alpha[:, 2:] = 255
    alpha[0, 0] = 128
    y, u, _ = planes(overlay(person, background, alpha))
    assert y[1].tolist() == [100, 100, 200, 200]
    assert y[0, 0] == 150
    assert u.tolist() == [[113, 200], [100, 200]]


def test_a_matte_reaches_both_ends() -> None:
    noisy = np.array([0, 3, 6, 128, 249, 252, 255], np.uint8)
    assert clean_matte(noisy).tolist() == [0, 0, 0, 128, 255, 255, 255]


def test_an_overlay_leaves_its_sources_alone(frame: NDArray[np.uint8]) -> None:
    before = frame.copy()
    compositor.overlay(frame, np.zeros_like(frame), np.full((48, 64), 90, np.uint8))
    np.testing.assert_array_equal(frame, before)


def test_two_frames_stand_side_by_side() -> None:
    left, right = new_frame(8, 4), new_frame(8, 4)
    left[:], right[:] = 1, 2
    for plane in planes(beside(left, right)):
        half = plane.shape[1] // 2
        assert (plane[:, :half] == 1).all()
        assert (plane[:, half:] == 2).all()
