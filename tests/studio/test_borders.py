import numpy as np
from numpy.typing import NDArray

from visavis.core.compositor import new_frame, planes
from visavis.studio.borders import BorderMeter
from visavis.studio.reader import Place

SIDE, PLACE = 64, Place(32, 32, 64)


def template() -> NDArray[np.uint8]:
    frame = new_frame(128, 128)
    frame[:] = 128
    texture = np.random.default_rng(0).normal(0, 3, (128, 128))
    planes(frame)[0][:] = np.rint(120 + texture).astype(np.uint8)
    return frame


def ratio(change: NDArray[np.float64]) -> float:
    """Of one frame whose ROI is brighter by `change` levels."""
    meter, resting = BorderMeter(SIDE), template()
    shown = resting.copy()
    luma = planes(shown)[0][32:96, 32:96]
    luma[:] = np.clip(luma + np.rint(change), 0, 255).astype(np.uint8)
    meter.add(shown, resting, PLACE)
    return meter.ratio


def test_nothing_painted_has_no_border() -> None:
    meter, frame = BorderMeter(SIDE), template()
    meter.add(frame, frame, PLACE)
    assert meter.ratio == 1


def test_a_soft_patch_has_no_border() -> None:
    steps = np.minimum(np.arange(64), np.arange(64)[::-1]) / 31
    bump = 20 * np.minimum.outer(steps, steps) ** 2
    assert ratio(bump) < 1.1


def test_a_box_has_a_border() -> None:
    box = np.zeros((64, 64))
    box[16:48, 16:48] = 12
    assert ratio(box) > 1.5


def test_a_step_at_the_edge_of_the_roi_counts() -> None:
    assert ratio(np.full((64, 64), 10.0)) > 1.3


def test_a_step_on_one_side_is_not_averaged_away() -> None:
    slope = np.linspace(12, 0, 64)[None].repeat(64, 0)
    assert ratio(slope) > 1.3
