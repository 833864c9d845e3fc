import numpy as np
import pytest

from visavis.studio.rig.breath import breath_lift

_CHEST, _SHOULDER, _BACK = [0.0, 4.0, 1.0], [0.9, 4.7, 0.0], [0.0, 4.0, -0.6]
_CHIN = [0.0, 5.6, 1.2]


def test_a_breath_lifts_chest_and_shoulders() -> None:
    chest, shoulder = breath_lift(np.array([_CHEST, _SHOULDER]))
    assert 0.01 < chest[1] < shoulder[1] < 0.03


def test_the_head_stays() -> None:
    assert not breath_lift(np.array([_CHIN, [0.3, 7.0, 0.4]])).any()


def test_the_chest_comes_forward_and_the_back_stays() -> None:
    chest, back = breath_lift(np.array([_CHEST, _BACK]))
    assert chest[2] > 0.02
    assert back[2] == 0.0


def test_a_breath_is_even() -> None:
    left, right = breath_lift(np.array([_SHOULDER, [-0.9, 4.7, 0.0]]))
    assert left == pytest.approx(right * (-1, 1, 1))
    assert left[0] > 0.0


def test_the_neck_blends_without_a_step() -> None:
    heights = np.linspace(4.5, 6.0, 100)
    neck = breath_lift(np.stack([0 * heights, heights, 0 * heights + 0.5], axis=1))
    assert (np.diff(neck[:, 1]) <= 0.0).all()
    assert np.abs(np.diff(neck, axis=0)).max() < 1e-3
