import numpy as np
import pytest
from tests.studio.rig.doll import ARKIT

from visavis.studio.rig.gestures import gestures
from visavis.studio.rig.motion import Motion

_GESTURES = gestures()
each = pytest.mark.parametrize("name", sorted(_GESTURES))


def _size(motion: Motion, frame: int) -> float:
    """All that differs from home in one frame: weights, and degrees over ten."""
    turned = float(np.abs(motion.rotation_deg[frame]).sum()) / 10
    return turned + sum(motion.weights[frame].values())


def test_there_are_four() -> None:
    assert set(_GESTURES) == {"nod", "smile", "think", "greet"}


@each
def test_it_leaves_from_home(name: str) -> None:
    gesture = _GESTURES[name]
    assert _size(gesture, 0) < 1e-9
    assert _size(gesture, 1) < 0.05
    assert not gesture.breath.any()


@each
def test_nothing_moves_where_it_turns_back(name: str) -> None:
    gesture = _GESTURES[name]
    steps = np.abs(np.diff(gesture.rotation_deg, axis=0))
    assert steps[-1].max() < 0.15 * steps.max()
    last, before = gesture.weights[-1], gesture.weights[-2]
    assert all(abs(last[name] - before.get(name, 0.0)) < 0.1 for name in last)


@each
def test_it_is_told_from_home_at_its_height(name: str) -> None:
    assert _size(_GESTURES[name], -1) > 0.5


@each
def test_weights_are_units_of_the_face_and_stay_in_range(name: str) -> None:
    for row in _GESTURES[name].weights:
        assert row.keys() <= ARKIT
        assert all(0.0 <= weight <= 1.0 for weight in row.values())


def test_a_nod_is_of_the_head_and_a_smile_of_the_mouth() -> None:
    nod, smile = _GESTURES["nod"], _GESTURES["smile"]
    assert nod.rotation_deg[-1].tolist() == pytest.approx([6.5, 0.0, 0.0])
    assert not any(name.startswith("mouth") for row in nod.weights for name in row)
    assert smile.weights[-1]["mouthSmileLeft"] == smile.weights[-1]["mouthSmileRight"] > 0.5


def test_who_thinks_looks_aside_and_up() -> None:
    last = _GESTURES["think"].weights[-1]
    assert last["eyeLookOutLeft"] > 0.4
    assert last["eyeLookUpLeft"] > 0.4


def test_all_four_differ() -> None:
    heights = [(*g.rotation_deg[-1].tolist(), *g.weights[-1].items()) for g in _GESTURES.values()]
    assert len(set(heights)) == 4
