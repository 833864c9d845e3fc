"""Differences of frames, counted to the level."""

from pathlib import Path

import numpy as np
import pytest

from visavis.avatars import Avatar
from visavis.errors import BundleError
from visavis.validate import Comparison, validate


def test_equal_frames_are_identical() -> None:
    comparison = Comparison()
    frame = np.random.default_rng(0).integers(0, 256, (72, 64), np.uint8)
    for _ in range(3):
        comparison.add(frame, frame.copy())
    assert (comparison.frames, comparison.identical_frames) == (3, 3)
    assert comparison.identical_pct == 100
    assert (comparison.mean, comparison.maximum) == (0, 0)
    assert comparison.psnr_db == float("inf")


def test_differences_are_measured_in_levels() -> None:
    comparison = Comparison()
    reference = np.full((60, 40), 100, np.uint8)
    pooled = reference.copy()
    pooled[0, :24] = 110
    pooled[1, :24] = 90
    comparison.add(reference, pooled)
    assert comparison.identical_frames == 0
    assert comparison.identical_pct == pytest.approx(98.0)
    assert comparison.mean == pytest.approx(0.2)
    assert comparison.maximum == 10
    assert comparison.psnr_db == pytest.approx(10 * np.log10(255**2 / 2))


def test_a_pool_that_cannot_open_leaves_no_film(
    lamp: Avatar, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise BundleError("broken")

    monkeypatch.setattr("visavis.validate.SessionPool", fail)
    audio = Path(__file__).parents[1] / "bench" / "data" / "heldout" / "speech" / "00.flac"
    with pytest.raises(BundleError):
        validate(lamp, audio, 10, tmp_path / "out", 1, 4, lambda done, total: None)
    assert not list((tmp_path / "out").iterdir())
