"""Every noise has unit power, the wanted length and is the same for the same seed."""

from collections.abc import Callable

import numpy as np
import pytest

from visavis.studio.rooms import NOISES, far_away, levelled, office

SAMPLES = 24_000


@pytest.mark.parametrize("noise", [*NOISES, office])
def test_a_noise_has_unit_power_and_its_length(
    noise: Callable[[int, np.random.Generator], np.ndarray[tuple[int, ...], np.dtype[np.float32]]],
) -> None:
    for seed in range(3):
        sound = noise(SAMPLES, np.random.default_rng(seed))
        assert sound.shape == (SAMPLES,)
        assert sound.dtype == np.float32
        assert np.sqrt(np.mean(np.square(sound, dtype=float))) == pytest.approx(1, abs=1e-2)
        assert np.array_equal(sound, noise(SAMPLES, np.random.default_rng(seed)))


def test_talk_far_away_is_dull() -> None:
    random = np.random.default_rng(0)
    bright = random.standard_normal(SAMPLES).astype(np.float32)
    spectrum = np.abs(np.fft.rfft(far_away(bright, random)))
    assert spectrum[: SAMPLES // 16].mean() > 3 * spectrum[SAMPLES // 4 :].mean()


def test_silence_stays_silence() -> None:
    assert not levelled(np.zeros(10)).any()
