import numpy as np
import pytest
from tests.studio.rig.doll import ARKIT

from visavis.studio.rig.motion import (
    BREATH_FRAMES,
    HOMES,
    IDLE_FRAMES,
    Motion,
    blinks,
    face,
    idle_clip,
    saccades,
    swell,
)

_LID = "eyeBlinkLeft"


@pytest.fixture(scope="module")
def idle() -> Motion:
    return idle_clip()


def _lids(motion: Motion) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.array([row.get(_LID, 0.0) for row in motion.weights])


def test_it_lasts_twelve_seconds_there_and_back(idle: Motion) -> None:
    assert len(idle) == IDLE_FRAMES == len(idle.weights) == len(idle.rotation_deg)
    assert (2 * IDLE_FRAMES - 2) / 25 == 12.0


def test_nothing_moves_where_it_turns_back(idle: Motion) -> None:
    """Played there and back, the frames around an end are the same: no seam but for a jump of
    the speed, which must be nothing there."""
    steps = np.abs(np.diff(idle.rotation_deg, axis=0))
    for end in (steps[0], steps[-1]):
        assert (end < 0.1 * steps.max(axis=0) + 1e-9).all()
    lids = _lids(idle)
    assert lids[0] == lids[1] == lids[-1] == lids[-2] == 0.0


@pytest.mark.parametrize("home", HOMES)
def test_at_home_the_head_rests_and_the_eyes_look_ahead(idle: Motion, home: int) -> None:
    assert idle.rotation_deg[home].tolist() == pytest.approx([0.0, 0.0, 0.0], abs=1e-6)
    assert idle.breath[home] == pytest.approx(0.0, abs=1e-6)
    assert max(idle.weights[home].values(), default=0.0) < 1e-6


def test_between_homes_the_head_drifts_without_a_jerk(idle: Motion) -> None:
    reach = np.ptp(idle.rotation_deg, axis=0)
    assert (reach > 0.4).all()
    assert (reach < 5.0).all()
    assert np.abs(np.diff(idle.rotation_deg, n=2, axis=0)).max() < 0.05


def test_she_breathes_in_and_out(idle: Motion) -> None:
    assert idle.breath[BREATH_FRAMES // 2] == pytest.approx(1.0)
    assert idle.breath.min() >= 0.0
    assert idle.breath.max() <= 1.0


def test_she_blinks_three_times_with_both_lids(idle: Motion) -> None:
    lids = _lids(idle)
    shut = np.flatnonzero(lids > 0.9)
    assert len(np.split(shut, np.flatnonzero(np.diff(shut) > 1) + 1)) == 3
    assert all(row.get("eyeBlinkRight", 0.0) == row.get(_LID, 0.0) for row in idle.weights)


def test_the_mouth_is_left_alone(idle: Motion) -> None:
    names = {name for row in idle.weights for name in row}
    assert names <= ARKIT
    assert not any(name.startswith(("mouth", "jaw", "tongue")) for name in names)


def test_the_same_seed_moves_alike_and_another_otherwise(idle: Motion) -> None:
    assert np.array_equal(idle_clip().rotation_deg, idle.rotation_deg)
    assert not np.allclose(idle_clip(seed=6).rotation_deg, idle.rotation_deg)


def test_a_swell_is_flat_beyond_its_half_width() -> None:
    curve = swell(21, 10, 5)
    assert curve[10] == 1.0
    assert not curve[[0, 5, 15, 20]].any()
    assert curve[:11] == pytest.approx(curve[:9:-1])


def test_a_blink_is_cut_at_the_end_of_the_clip() -> None:
    assert blinks(5, [3])[3:].tolist() == blinks(20, [3])[3:5].tolist()


def test_eyes_jump_and_then_hold() -> None:
    gaze = saccades(20, [(5, 4.0, -2.0), (12, 0.0, 0.0)], 2)
    assert not gaze[:6].any()
    assert gaze[7:13].tolist() == [[4.0, -2.0]] * 6
    assert not gaze[14:].any()


def test_eyes_stay_on_what_they_look_at_while_the_head_turns() -> None:
    still = np.zeros((1, 2))
    turned_left = face(np.zeros(1), still, np.array([[0.0, 3.0, 0.0]]), {})
    assert set(turned_left[0]) == {"eyeLookInLeft", "eyeLookOutRight"}
    followed = face(np.zeros(1), np.array([[3.0, 0.0]]), np.array([[0.0, 3.0, 0.0]]), {})
    assert followed == [{}]


def test_an_expression_comes_with_its_curve() -> None:
    rows = face(np.zeros(2), np.zeros((2, 2)), np.zeros((2, 3)), {"browInnerUp": np.array([0, 1])})
    assert rows == [{}, {"browInnerUp": 1.0}]
