"""Microphones change the sound, never its length, its place or its range."""

import numpy as np
import pytest

from visavis.studio.microphone import clipped, heard, holes, mu_law, nobody, sent

Float32 = np.ndarray[tuple[int, ...], np.dtype[np.float32]]


def tone(samples: int = 16_000) -> Float32:
    """Silence, then a tone from the middle on."""
    pcm = np.sin(np.arange(samples, dtype=np.float32) * np.float32(0.3)) * np.float32(0.3)
    pcm[: samples // 2] = 0
    return np.asarray(pcm, np.float32)


@pytest.mark.parametrize("change", [mu_law, holes, clipped, sent])
def test_a_line_does_not_move_the_sound(change: object) -> None:
    assert callable(change)
    for seed in range(6):
        after = change(tone(), np.random.default_rng(seed))
        assert after.shape == tone().shape
        assert after.dtype == np.float32
        loud = np.abs(after) > 0.3 * np.abs(after).max()
        assert abs(int(loud.argmax()) - 8000) < 200


def test_speech_in_rooms_keeps_length_and_range() -> None:
    for seed in range(30):
        after = heard(tone(), [tone()], np.random.default_rng(seed))
        assert after.shape == tone().shape
        assert after.dtype == np.float32
        assert np.abs(after).max() <= 1


def test_the_same_seed_gives_the_same_sound() -> None:
    first, second = (heard(tone(), [tone()], np.random.default_rng(4)) for _ in range(2))
    assert np.array_equal(first, second)


def test_nobody_speaking_is_quiet() -> None:
    for seed in range(20):
        pcm = nobody(8000, [tone()], np.random.default_rng(seed))
        assert pcm.shape == (8000,)
        assert np.sqrt(np.mean(np.square(pcm))) < 0.3
