"""Opening and width follow the visemes."""

import numpy as np

from visavis.studio.gape import REST_WIDTH_PX, SHUT_PX, opening_px, width_px
from visavis.studio.visemes import VISEMES


def shape(viseme: str) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    return np.append(VISEMES[viseme].vector(), 0.0).astype(np.float32)[None]


def test_shut_lips_are_shut_and_vowels_are_open() -> None:
    for viseme in ("sil", "PP"):
        assert opening_px(shape(viseme))[0] < SHUT_PX
    assert opening_px(shape("aa"))[0] > 25 > opening_px(shape("ih"))[0] > 5


def test_rounding_narrows_and_spreading_widens() -> None:
    assert width_px(shape("ou"))[0] < REST_WIDTH_PX - 15
    assert width_px(shape("ih"))[0] > REST_WIDTH_PX + 8
