import numpy as np
import pytest

from visavis.studio.rig.camera import Camera
from visavis.studio.rig.geometry import Floats
from visavis.studio.rig.head import RESTING_EXPRESSION, Head
from visavis.studio.rig.lips import CORNERS, LOWER_LIP, UPPER_LIP, lip_gap
from visavis.studio.rig.meshdata import BODY_VERTICES

_GAP_DM = 0.04
_AHEAD = (0.0, 0.0, 0.0)


def _head(rest_gap_dm: float) -> Head:
    """Two lips that the jaw parts by 0.3 dm, and corners 0.5 dm apart that pucker to 0.3 dm."""
    rest = np.tile([0.0, 6.0, 1.4], (BODY_VERTICES, 1))
    rest[list(UPPER_LIP), 1] += np.linspace(rest_gap_dm, 0.1, len(UPPER_LIP))
    rest[list(LOWER_LIP), 1] -= np.linspace(0.0, 0.1, len(LOWER_LIP))
    rest[list(CORNERS), 0] = 0.25, -0.25
    units: dict[str, Floats] = {name: np.zeros_like(rest) for name in RESTING_EXPRESSION}
    units["jawOpen"], units["mouthPucker"] = np.zeros_like(rest), np.zeros_like(rest)
    units["jawOpen"][list(LOWER_LIP), 1] = -0.3
    units["mouthPucker"][list(CORNERS), 0] = -0.1, 0.1
    neck = np.array([0])
    return Head(rest, units, neck, neck)


def _pixels(length_dm: float) -> float:
    camera = Camera()
    ends = camera.project(np.array([[0.0, 6.0, 1.4], [0.0, 6.0 + length_dm, 1.4]]))
    return float(ends[1, 1] - ends[0, 1]) * 640


@pytest.mark.parametrize("rest_gap_dm", [-0.02, 0.0, _GAP_DM])
def test_shut_lips_are_exactly_shut(rest_gap_dm: float) -> None:
    assert lip_gap(_head(rest_gap_dm), Camera(), _AHEAD, {}).opening_px == 0.0


def test_the_opening_is_what_the_jaw_adds_to_the_resting_gap() -> None:
    wide = lip_gap(_head(_GAP_DM), Camera(), _AHEAD, {"jawOpen": 0.5})
    assert wide.opening_px == pytest.approx(_pixels(0.15), rel=0.01)


def test_pressed_lips_must_part_before_they_open() -> None:
    pressed = _head(-0.15)
    assert lip_gap(pressed, Camera(), _AHEAD, {"jawOpen": 0.49}).opening_px == 0.0
    assert lip_gap(pressed, Camera(), _AHEAD, {"jawOpen": 0.6}).opening_px > 0.0


def test_a_pucker_narrows_the_mouth() -> None:
    head = _head(0.0)
    wide, narrow = (lip_gap(head, Camera(), _AHEAD, {"mouthPucker": w}) for w in (0.0, 1.0))
    assert wide.width_px == pytest.approx(_pixels(0.5), rel=0.01)
    assert narrow.width_px == pytest.approx(0.6 * wide.width_px)


def test_a_turned_head_shows_a_narrower_mouth() -> None:
    head = _head(0.0)
    aside = lip_gap(head, Camera(), (0.0, 30.0, 0.0), {})
    assert aside.width_px < 0.95 * lip_gap(head, Camera(), _AHEAD, {}).width_px


def test_pixels_follow_the_picture() -> None:
    small = lip_gap(_head(0.0), Camera(), _AHEAD, {"jawOpen": 1.0}, resolution=320)
    large = lip_gap(_head(0.0), Camera(), _AHEAD, {"jawOpen": 1.0})
    assert np.allclose(np.array(large), 2 * np.array(small))
