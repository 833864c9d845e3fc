import pytest
from tests.studio.rig.doll import ARKIT

from visavis.studio.rig.gaze import gaze_weights


def test_eyes_ahead_need_no_weight() -> None:
    assert gaze_weights(0.0, 0.0) == {}


def test_to_the_left_one_eye_turns_out_and_the_other_in() -> None:
    weights = gaze_weights(7.4, 0.0)
    assert weights == pytest.approx({"eyeLookOutLeft": 0.5, "eyeLookInRight": 0.5})


def test_to_the_right_is_the_mirror_image() -> None:
    swapped = {"Left": "Right", "Right": "Left"}
    for name, weight in gaze_weights(5.0, 0.0).items():
        side = "Left" if name.endswith("Left") else "Right"
        assert gaze_weights(-5.0, 0.0)[name.removesuffix(side) + swapped[side]] == weight


def test_up_and_down_are_told_apart() -> None:
    assert set(gaze_weights(0.0, -3.0)) == {"eyeLookUpLeft", "eyeLookUpRight"}
    assert set(gaze_weights(0.0, 3.0)) == {"eyeLookDownLeft", "eyeLookDownRight"}


@pytest.mark.parametrize(("yaw", "pitch"), [(40.0, 30.0), (-40.0, -30.0), (3.0, -2.0)])
def test_weights_are_units_of_the_face_and_stay_in_range(yaw: float, pitch: float) -> None:
    weights = gaze_weights(yaw, pitch)
    assert len(weights) == 4
    assert weights.keys() <= ARKIT
    assert all(0.0 < weight <= 1.0 for weight in weights.values())
