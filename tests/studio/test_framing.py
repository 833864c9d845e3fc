import numpy as np
import pytest

from visavis.errors import StudioError
from visavis.studio.framing import MARGIN, Framing


def test_the_window_is_cut_where_it_lies() -> None:
    framing = Framing(roi=64, window=32, top=20, left=10)
    roi = np.arange(64 * 64).reshape(1, 64, 64)
    assert framing.inside(roi)[0, 0, 0] == 20 * 64 + 10
    assert framing.inside(roi).shape == (1, 32, 32)
    assert framing.inside(roi, MARGIN).shape == (1, framing.patch, framing.patch)
    assert (framing.right, framing.bottom) == (22, 12)


def test_a_framing_survives_the_disk() -> None:
    framing = Framing(roi=224, window=144, top=56, left=40)
    assert Framing.of(framing.numbers()) == framing


@pytest.mark.parametrize(
    "numbers", [(320, 200, 80, 56), (320, 208, 81, 56), (320, 208, 110, 56), (224, 208, 2, 8)]
)
def test_a_window_that_does_not_fit_is_refused(numbers: tuple[int, ...]) -> None:
    with pytest.raises(StudioError):
        Framing(*numbers)
