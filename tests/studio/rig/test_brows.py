import numpy as np
import pytest

from visavis.studio.rig.brows import POINTS_PER_HAIR, Brows, BrowStyle
from visavis.studio.rig.geometry import Floats, Indices

_EYES = (np.array([0.3, 6.6, 1.0]), np.array([-0.3, 6.6, 1.0]))
_STYLE = BrowStyle(hairs=330)


@pytest.fixture
def forehead() -> tuple[Floats, Indices]:
    """A flat wall at z = 1 that faces the camera, and one behind it that faces away."""
    front = np.array([[-2.0, 6.35, 1], [2, 6.35, 1], [2, 8, 1], [-2, 8, 1]])
    back = front - [0, 0, 0.5]
    triangles = np.array([[0, 1, 2], [0, 2, 3], [6, 5, 4], [7, 6, 4]])
    return np.concatenate([front, back]), triangles


def test_hairs_root_on_the_foremost_skin(forehead: tuple[Floats, Indices]) -> None:
    rest, triangles = forehead
    strands = Brows(rest, triangles, _EYES, _STYLE).strands(rest)
    assert strands.shape == (660, POINTS_PER_HAIR, 3)
    assert np.allclose(strands[:, 0, 2], 1.0)


def test_brows_sit_over_their_eyes(forehead: tuple[Floats, Indices]) -> None:
    rest, triangles = forehead
    roots = Brows(rest, triangles, _EYES, _STYLE).strands(rest)[:, 0]
    left, right = roots[:330], roots[330:]
    assert (left[:, 0] > 0).all()
    assert (right[:, 0] < 0).all()
    assert ((roots[:, 1] > 6.64) & (roots[:, 1] < 6.85)).all()


def test_hairs_follow_the_skin(forehead: tuple[Floats, Indices]) -> None:
    rest, triangles = forehead
    brows = Brows(rest, triangles, _EYES, _STYLE)
    lift = np.array([0, 0.1, 0])
    assert np.allclose(brows.strands(rest + lift), brows.strands(rest) + lift)


def test_the_same_face_grows_the_same_brows(forehead: tuple[Floats, Indices]) -> None:
    rest, triangles = forehead
    first, second = (Brows(rest, triangles, _EYES, _STYLE).strands(rest) for _ in range(2))
    assert np.array_equal(first, second)


def test_the_arch_is_over_the_outer_half(forehead: tuple[Floats, Indices]) -> None:
    rest, triangles = forehead
    left = Brows(rest, triangles, _EYES, _STYLE).strands(rest)[:330, 0]
    inner, outer = left[left[:, 0] < 0.24, 1].mean(), left[left[:, 0] > 0.32, 1].mean()
    assert outer > inner + 0.01
