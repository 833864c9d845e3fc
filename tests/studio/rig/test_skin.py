import numpy as np
import pytest

from visavis.studio.rig.meshdata import BODY_VERTICES
from visavis.studio.rig.skin import above_hairline, complexion, nose_tip

_NOSE = np.array([0.0, 6.3, 1.5])
_EYES = (np.array([0.3, 6.6, 1.1]), np.array([-0.3, 6.6, 1.1]))


def test_forehead_is_bare_and_crown_has_hair() -> None:
    forehead, crown = above_hairline(np.array([[0, 7.0, 1.2], [0, 7.6, 0.6]]))
    assert forehead < 0 < crown


def test_hairline_is_lower_at_the_nape() -> None:
    front, back = above_hairline(np.array([[0, 6.5, 1.2], [0, 6.5, -0.6]]))
    assert front < 0 < back


def test_hairline_is_the_same_on_both_sides() -> None:
    left, right = above_hairline(np.array([[0.7, 6.5, 0.4], [-0.7, 6.5, 0.4]]))
    assert left == right


def test_nose_tip_is_in_the_middle_and_on_the_skin() -> None:
    rest = np.zeros((BODY_VERTICES + 1, 3))
    rest[10] = _NOSE
    rest[11] = [0.4, 6.3, 1.9]
    rest[12] = [0, 5.9, 1.9]
    rest[BODY_VERTICES] = [0, 6.3, 2.5]
    assert nose_tip(rest).tolist() == _NOSE.tolist()


def test_blush_is_on_nose_cheeks_and_ears() -> None:
    points = np.array([_NOSE, [0.5, 6.25, 1.05], [0.9, 6.3, 0.3], [0, 7.0, 1.2]])
    red = complexion(points, _NOSE, _EYES)["red"]
    assert red[:3].min() > 0.6
    assert red[3] < 0.05


def test_lids_are_darker_than_the_cheek() -> None:
    points = np.array([_EYES[0] + [0, 0.09, 0.1], _EYES[1] + [0, 0.09, 0.1], [0.5, 6.25, 1.05]])
    dark = complexion(points, _NOSE, _EYES)["dark"]
    assert dark[0] == pytest.approx(dark[1])
    assert dark[0] > 0.5 > dark[2]


def test_scalp_colours_only_what_has_hair() -> None:
    points = np.array([[0, 7.6, 0.6], [0, 6.4, 1.4], [0, 5.0, -0.5]])
    assert complexion(points, _NOSE, _EYES)["scalp"].tolist() == [1, 0, 0]


def test_a_beard_grows_on_chin_and_jaw_but_not_on_the_cheekbone() -> None:
    points = np.array([[0, 5.75, 1.35], [0.5, 5.8, 0.8], [0.5, 6.3, 1.05], [0, 6.8, 1.3]])
    chin, jaw, cheek, forehead = complexion(points, _NOSE, _EYES)["beard"]
    assert min(chin, jaw) > 0.9
    assert max(cheek, forehead) == 0
