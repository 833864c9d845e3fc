import numpy as np

from visavis.studio.augment import (
    augmented,
    band_limited,
    coloured_noise,
    nobody_speaking,
    other_throat,
    reverberant,
)


def click(samples: int = 8000) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    pcm = np.zeros(samples, np.float32)
    pcm[4000] = 0.5
    return pcm


def test_rooms_and_microphones_do_not_move_a_click() -> None:
    for seed in range(5):
        for change in (band_limited, reverberant):
            heard = change(click(), np.random.default_rng(seed))
            assert abs(int(np.abs(heard).argmax()) - 4000) <= 1


def test_augmented_speech_keeps_length_and_range() -> None:
    speech = coloured_noise(8000, np.random.default_rng(9)) * np.float32(0.2)
    for seed in range(40):
        heard = augmented(speech, [speech], np.random.default_rng(seed))
        assert heard.shape == speech.shape
        assert heard.dtype == np.float32
        assert np.abs(heard).max() <= 1


def test_the_same_seed_gives_the_same_sound() -> None:
    made = [augmented(click(), [click()], np.random.default_rng(4)) for _ in range(2)]
    assert (made[0] == made[1]).all()


def test_nobody_speaking_is_quiet() -> None:
    for seed in range(20):
        pcm = nobody_speaking(8000, np.random.default_rng(seed))
        assert np.sqrt(np.mean(np.square(pcm))) < 0.04


def test_another_throat_moves_formants_but_not_time() -> None:
    mel = np.full((50, 80), -4.0, np.float32)
    mel[20, 40] = 3.0
    peaks = set()
    for seed in range(10):
        warped = other_throat(mel, np.random.default_rng(seed))
        frame, band = np.unravel_index(int(warped.argmax()), warped.shape)
        assert frame == 20
        peaks.add(int(band))
    assert len(peaks) > 3
    assert min(peaks) >= 34
    assert max(peaks) <= 47
