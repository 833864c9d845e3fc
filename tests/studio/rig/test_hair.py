import numpy as np
import pytest

from visavis.studio.rig.geometry import Floats, Indices, tube_quads
from visavis.studio.rig.hair import hair_strands
from visavis.studio.rig.meshdata import BODY_VERTICES
from visavis.studio.rig.skin import above_hairline

_RINGS, _SIDES = 223, 60
_CENTRE = np.array([0.0, 6.7, 0.3])
_RADIUS = 0.8


@pytest.fixture(scope="module")
def skull() -> tuple[Floats, Indices]:
    """A ball of skin with as many vertices as the body has, its faces turned outward."""
    polar = np.linspace(0.02, np.pi - 0.02, _RINGS)[:, None]
    around = np.linspace(0, 2 * np.pi, _SIDES, endpoint=False)[None, :]
    shape = (
        np.sin(polar) * np.cos(around),
        np.cos(polar) * np.ones_like(around),
        np.sin(polar) * np.sin(around),
    )
    points = _CENTRE + _RADIUS * np.stack(shape, axis=-1).reshape(-1, 3)
    quads = tube_quads(_RINGS, _SIDES)[:, [0, 3, 2, 1]]
    return points, np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]])


@pytest.fixture(scope="module")
def strands(skull: tuple[Floats, Indices]) -> Floats:
    return hair_strands(*skull)


def test_the_ball_stands_for_the_body(skull: tuple[Floats, Indices]) -> None:
    assert len(skull[0]) == BODY_VERTICES


def test_hair_grows_behind_the_hairline(strands: Floats) -> None:
    assert strands.shape[1:] == (12, 3)
    assert len(strands) > 20_000
    assert above_hairline(strands[:, 0]).min() > -0.04


def test_hair_lies_on_the_head_in_a_layer(strands: Floats) -> None:
    height = np.linalg.norm(strands[:, 1:] - _CENTRE, axis=2) - _RADIUS
    assert height.min() > 0
    assert height.max() < 0.2


def test_hair_is_combed_backwards_without_jumps(strands: Floats) -> None:
    front = strands[strands[:, 0, 2] > 0.5]
    assert (front[:, -1, 2] < front[:, 0, 2]).all()
    assert np.linalg.norm(np.diff(strands, axis=1), axis=2).max() <= 0.30
