"""Playing a little faster or slower: the right length, the right pitch, no seam."""

import numpy as np
import pytest
from numpy.typing import NDArray

from visavis.core.stretch import HALF, Stretcher

Float32 = NDArray[np.float32]
TICK = 1920


def _sine(count: int, hz: float = 1000.0) -> Float32:
    return np.sin(2 * np.pi * hz * np.arange(count) / 48_000).astype(np.float32)


def _play(sound: Float32, ratios: list[float]) -> tuple[Float32, int]:
    stretcher, place, heard = Stretcher(), 0, []
    for ratio in ratios:
        rest = sound[place:]
        needs = stretcher.needs(TICK, ratio)
        piece, spent = stretcher.take(rest[:needs], TICK, ratio)
        assert len(piece) == TICK
        heard.append(piece)
        place += spent
    return np.concatenate(heard), place


def test_at_its_own_pace_sound_passes_unchanged() -> None:
    sound = _sine(10 * TICK)
    heard, spent = _play(sound, [1.0] * 9)
    assert heard.tobytes() == sound[: 9 * TICK].tobytes()
    assert spent == 9 * TICK


@pytest.mark.parametrize("ratio", [0.997, 0.9998, 1.0002, 1.003])
def test_a_ratio_spends_so_much_and_shifts_the_pitch_by_it(ratio: float) -> None:
    heard, spent = _play(_sine(120 * TICK), [ratio] * 100)
    assert abs(spent - 100 * TICK * ratio) <= 1
    expected = _sine_at(np.arange(len(heard)) * ratio)
    assert np.abs(heard - expected)[HALF:].max() < 2e-3  # −54 dB


@pytest.mark.parametrize("hz", [200.0, 3000.0, 7000.0])
def test_speech_frequencies_survive(hz: float) -> None:
    heard, _ = _play(_sine(40 * TICK, hz), [1.001] * 30)
    expected = np.sin(2 * np.pi * hz * np.arange(len(heard)) * 1.001 / 48_000)
    error = (heard - expected)[HALF:]
    assert 10 * np.log10(np.mean(error**2) / np.mean(expected**2)) < -50


def test_there_is_no_seam_where_the_pace_changes() -> None:
    heard, _ = _play(_sine(60 * TICK), [1.0] * 10 + [1.002] * 10 + [1.0] * 10 + [0.998] * 10)
    steepest = 2 * np.pi * 1000 / 48_000 * 1.01
    assert np.abs(np.diff(heard)).max() < steepest


def _sine_at(place: NDArray[np.floating]) -> NDArray[np.floating]:
    sine: NDArray[np.floating] = np.sin(2 * np.pi * 1000 * place / 48_000)
    return sine
