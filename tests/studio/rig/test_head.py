import numpy as np
import pytest

from visavis.errors import StudioError
from visavis.studio.rig.geometry import Floats
from visavis.studio.rig.head import (
    RESTING_EXPRESSION,
    Head,
    even_units,
    mirrored_vertices,
    with_resting_expression,
)

_NECK = np.array([0, 1])
_TONGUE = np.array([4, 5, 6])


@pytest.fixture
def head() -> Head:
    """Two neck vertices, two of a face, three of a tongue and one of a shoulder."""
    rest = np.array(
        [
            [0.1, 5.2, 0.0],
            [-0.1, 5.2, 0.0],
            [0.3, 6.4, 1.0],
            [-0.3, 6.8, 1.0],
            [0.0, 6.0, 0.2],
            [0.0, 6.0, 0.6],
            [0.0, 6.0, 1.0],
            [1.5, 4.0, 0.0],
        ]
    )
    units: dict[str, Floats] = {name: np.zeros_like(rest) for name in RESTING_EXPRESSION}
    units["jawOpen"] = np.zeros_like(rest)
    units["jawOpen"][2] = [0, -1, 0]
    return Head(rest, units, _TONGUE, _NECK)


def test_resting_expression_gives_way_to_what_is_driven() -> None:
    mixed = with_resting_expression({"mouthSmileLeft": 1.0, "jawOpen": 0.5})
    assert mixed["mouthSmileLeft"] == 1.0
    assert mixed["mouthSmileRight"] == RESTING_EXPRESSION["mouthSmileRight"]
    assert mixed["jawOpen"] == 0.5


def test_weights_move_vertices_in_proportion(head: Head) -> None:
    moved = head.expressed({"jawOpen": 0.4}) - head.rest
    assert moved[2].tolist() == pytest.approx([0, -0.4, 0])
    assert np.count_nonzero(moved) == 1


def test_an_unknown_unit_is_named(head: Head) -> None:
    with pytest.raises(StudioError, match="'jawOpne'"):
        head.expressed({"jawOpne": 0.4})


def test_tongue_lifts_at_its_tip_and_not_at_its_root(head: Head) -> None:
    lift = (head.expressed({}, tongue_up=0.1) - head.rest)[:, 1]
    assert lift[_TONGUE[0]] == 0
    assert lift[_TONGUE[0]] < lift[_TONGUE[1]] < lift[_TONGUE[2]]
    assert lift[_TONGUE[2]] == pytest.approx(0.1)
    assert not lift[:4].any()


def test_shoulders_stay_while_the_face_turns(head: Head) -> None:
    turned = head.turned(head.rest, (3, 12, -2))
    assert np.allclose(turned[7], head.rest[7])
    assert np.allclose(turned[2:4], head.turned_stiffly(head.rest, (3, 12, -2))[2:4])
    assert not np.allclose(turned[2], head.rest[2])


def test_what_rides_on_the_skull_keeps_its_shape(head: Head) -> None:
    strands = np.random.default_rng(2).normal(size=(6, 4, 3))
    turned = head.turned_stiffly(strands, (5, -10, 4))
    before = np.linalg.norm(np.diff(strands, axis=1), axis=2)
    assert np.allclose(np.linalg.norm(np.diff(turned, axis=1), axis=2), before)
    assert turned.shape == strands.shape


def test_units_are_as_strong_on_one_side_as_on_the_other() -> None:
    vertices = np.array([[1.0, 0, 0], [-1.0, 0, 0], [0, 1, 0]])
    units = {
        "mouthSmileLeft": np.array([[0.2, 0, 0], [0, 0, 0], [0, 0, 0]]),
        "mouthSmileRight": np.array([[0, 0, 0], [-0.4, 0, 0], [0, 0, 0]]),
        "jawOpen": np.array([[0, -1.0, 0], [0, -2.0, 0], [0.1, -1.0, 0]]),
        "jawLeft": np.array([[1.0, 0, 0], [1.0, 0, 0], [1.0, 0, 0]]),
    }
    even = even_units(units, mirrored_vertices(vertices))
    assert even["mouthSmileLeft"][0].tolist() == pytest.approx([0.3, 0, 0])
    assert even["mouthSmileRight"][1].tolist() == pytest.approx([-0.3, 0, 0])
    assert even["jawOpen"].tolist() == [[0, -1.5, 0], [0, -1.5, 0], [0, -1.0, 0]]
    assert even["jawLeft"].tolist() == units["jawLeft"].tolist()
