import numpy as np
from numpy.typing import NDArray

from visavis.core.compositor import new_frame, planes
from visavis.studio.jitter import JitterMeter, shift
from visavis.studio.reader import Place

PLACE = Place(16, 16, 64)


def wavy(x: float, y: float, gain: float = 1.0) -> NDArray[np.float64]:
    """A smooth picture [96, 96], moved by (x, y) pixels."""
    rows, columns = np.mgrid[0:96, 0:96].astype(float)
    waves = 30 * np.sin((columns - x) / 5) + 25 * np.cos((rows - y) / 4 + (columns - x) / 9)
    return np.asarray(120 + gain * waves, np.float64)


def frame(x: float, y: float, gain: float = 1.0) -> NDArray[np.uint8]:
    picture = new_frame(96, 96)
    picture[:] = 128
    planes(picture)[0][:] = np.rint(wavy(x, y, gain)).astype(np.uint8)
    return picture


def test_a_shift_is_found_to_a_fraction_of_a_pixel() -> None:
    found = shift(wavy(0.3, -0.2)[30:54, 30:54], wavy(0, 0)[30:54, 30:54])
    np.testing.assert_allclose(found, [0.3, -0.2], atol=0.03)


def test_brightness_is_no_motion() -> None:
    found = shift(1.1 * wavy(0, 0)[30:54, 30:54] + 5, wavy(0, 0)[30:54, 30:54])
    assert np.abs(found).max() < 0.03


def test_a_still_face_neither_strays_nor_trembles() -> None:
    meter, resting = JitterMeter([(32, 32)], [(40, 20)]), frame(0, 0)
    for _ in range(5):
        meter.add(resting.copy(), resting, PLACE)
    assert meter.strayed_px == 0
    assert meter.trembled_px == 0


def test_smooth_motion_near_the_mouth_is_allowed() -> None:
    meter, resting = JitterMeter([], [(32, 32)]), frame(0, 0)
    for step in range(20):
        meter.add(frame(0.05 * step, 0), resting, PLACE)
    assert meter.trembled_px < 0.1


def test_trembling_is_measured_in_pixels() -> None:
    random = np.random.default_rng(0)
    moves = random.normal(0, 0.3, (60, 2))
    meter, resting = JitterMeter([(32, 32)], []), frame(0, 0)
    for x, y in moves:
        meter.add(frame(float(x), float(y)), resting, PLACE)
    true = float(np.sqrt(np.square(moves).sum(1).mean()))
    assert abs(meter.trembled_px - true) < 0.1
    assert abs(meter.strayed_px - true) < 0.1


def test_without_points_there_is_nothing() -> None:
    meter = JitterMeter([], [])
    meter.add(frame(1, 0), frame(0, 0), PLACE)
    assert meter.strayed_px == 0
