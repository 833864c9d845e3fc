from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from visavis.core.compositor import new_frame, planes
from visavis.errors import StudioError
from visavis.studio.reader import Place, Reader, patch

PLACE = Place(16, 8, 112)
RANDOM = np.random.default_rng(0)


def mouth(height: int, width: int) -> NDArray[np.uint8]:
    """A grey frame with a dark box where the mouth is."""
    frame = new_frame(128, 128)
    frame[:] = 128
    luma = planes(frame)[0]
    luma[:] = 150
    luma[80 : 80 + height, 72 - width // 2 : 72 + width // 2] = 30
    return frame


SIZES = [
    (int(h), int(w))
    for h, w in zip(RANDOM.integers(0, 20, 300), RANDOM.integers(20, 50, 300), strict=True)
]
SIGHTS = np.stack([patch(mouth(*size), PLACE) - patch(mouth(0, 20), PLACE) for size in SIZES])
TRUTH = np.array(SIZES, np.float32) - np.array([0, 20], np.float32)


def test_it_reads_mouths_that_it_never_saw() -> None:
    reader = Reader.fit(SIGHTS[:200], TRUTH[:200])
    opened = TRUTH[200:, 0] > 4  # a mouth that is not open has no width to see
    error = np.abs(reader.read(SIGHTS[200:]) - TRUTH[200:])[opened]
    assert error[:, 0].mean() < 1
    assert error[:, 1].mean() < 3


def test_no_difference_is_a_shut_mouth() -> None:
    reader = Reader.fit(SIGHTS, TRUTH)
    assert abs(float(reader.read(np.zeros_like(SIGHTS[:1]))[0, 0])) < 0.2


def test_what_is_stored_reads_the_same(tmp_path: Path) -> None:
    reader = Reader.fit(SIGHTS, TRUTH)
    reader.save(tmp_path / "reader.npz")
    again = Reader.load(tmp_path / "reader.npz")
    np.testing.assert_array_equal(again.read(SIGHTS[:5]), reader.read(SIGHTS[:5]))


def test_a_missing_reader_is_named(tmp_path: Path) -> None:
    with pytest.raises(StudioError, match="reader of mouths"):
        Reader.load(tmp_path / "reader.npz")
