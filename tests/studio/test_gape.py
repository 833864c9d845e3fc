"""Opening and width follow the visemes."""

import numpy as np

from visavis.studio.gape import REST_WIDTH_PX, SHUT_PX, opening_px, width_px
from visavis.studio.visemes import VISEMES


def shape(viseme: str) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    return np.append(VISEMES[viseme].vector(), 0.0).astype(np.float32)[None]


def test_shut_lips_are_shut_and_vowels_are_open() -> None:
    for viseme in ("sil", "PP", "FF"):
        assert opening_px(shape(viseme))[0] < SHUT_PX
    assert opening_px(shape("aa"))[0] > 25 > opening_px(shape("ih"))[0] > 5


def test_lips_part_only_when_the_jaw_is_well_on_its_way() -> None:
    jaw = np.zeros((3, 19), np.float32)
    jaw[:, 0] = 0.05, 0.15, 0.25
    ajar, wide, wider = opening_px(jaw)
    assert ajar == 0 < wide < wider


def test_rounding_narrows_and_spreading_widens() -> None:
    assert width_px(shape("ou"))[0] < REST_WIDTH_PX - 15
    assert width_px(shape("ih"))[0] > REST_WIDTH_PX + 8
