import numpy as np

from visavis.core.timeline import SAMPLE_RATE
from visavis.studio.noises import OFFICE_DBFS, at_snr, office, pink

SPEECH = np.random.default_rng(0).normal(0, 0.1, (3, SAMPLE_RATE)).astype(np.float32)


def test_an_office_is_as_loud_as_it_says_and_always_the_same() -> None:
    noise = office(3 * SAMPLE_RATE, list(SPEECH))
    level = 10 * np.log10(np.mean(np.square(noise, dtype=np.float64)))
    assert abs(level - OFFICE_DBFS) < 0.1
    np.testing.assert_array_equal(noise, office(3 * SAMPLE_RATE, list(SPEECH)))
    assert (noise != office(3 * SAMPLE_RATE, list(SPEECH), seed=1)).any()


def test_pink_noise_is_louder_below() -> None:
    power = np.abs(np.fft.rfft(pink(SAMPLE_RATE, np.random.default_rng(0)))) ** 2
    assert power[100:200].sum() > 5 * power[4000:4100].sum()


def test_the_level_counts_speech_without_its_pauses() -> None:
    spoken = np.concatenate((SPEECH[0], np.zeros(3 * SAMPLE_RATE, np.float32)))
    noise = pink(len(spoken), np.random.default_rng(1))
    added = at_snr(spoken, noise, 10.0).astype(np.float64) - spoken
    ratio = np.mean(np.square(SPEECH[0], dtype=np.float64)) / np.mean(added**2)
    assert abs(10 * np.log10(ratio) - 10) < 0.3
