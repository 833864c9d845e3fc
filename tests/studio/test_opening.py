import numpy as np
from numpy.typing import NDArray

from visavis.studio.opening import CLOSED_PX, agreement, gap, opening, stillness

SKIN, LIP, TOOTH, CAVITY = (
    (0.85, 0.68, 0.58),
    (0.8, 0.48, 0.44),
    (0.8, 0.79, 0.76),
    (0.1, 0.03, 0.03),
)


def face(open_px: int, inside: tuple[float, float, float] = CAVITY) -> NDArray[np.float32]:
    """Skin with lips whose gap over the whole measured box is `open_px` high."""
    roi = np.empty((3, 224, 224), np.float32)
    roi[:] = np.array(SKIN, np.float32)[:, None, None]
    roi[:, 110 : 160 + open_px, 60:170] = np.array(LIP, np.float32)[:, None, None]
    roi[:, 120 : 120 + open_px, 60:170] = np.array(inside, np.float32)[:, None, None]
    return roi


def test_shut_lips_count_as_shut() -> None:
    assert gap(face(0)) < CLOSED_PX / 10


def test_the_gap_is_counted_in_pixels_for_cavity_and_for_teeth() -> None:
    for inside in (CAVITY, TOOTH):
        heights = [float(gap(face(px, inside))) for px in (4, 8, 16)]
        np.testing.assert_allclose(heights, [4, 8, 16], rtol=0.05)


def test_the_lip_line_of_the_template_is_not_an_opening() -> None:
    assert abs(float(opening(face(2), face(2)))) < 1e-6


def test_a_batch_gives_one_number_per_picture() -> None:
    both = gap(np.stack((face(3), face(9))))
    assert both.shape == (2,)
    assert both[1] > both[0]


def test_a_late_curve_has_a_positive_lag() -> None:
    true = np.random.default_rng(0).standard_normal(200).astype(np.float32)
    correlation, lag = agreement(np.roll(true, 2), true)
    assert lag == 2
    assert correlation < 0.5


def test_stillness_is_a_share_of_the_speaking_range() -> None:
    speaking = np.linspace(0, 10, 101, dtype=np.float32)
    assert abs(stillness(np.array([0.0, 0.9], np.float32), speaking) - 0.1) < 1e-6
