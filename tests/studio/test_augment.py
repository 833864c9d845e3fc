import numpy as np

from visavis.studio.augment import band_limited, other_throat, reverberant


def click(samples: int = 8000) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    pcm = np.zeros(samples, np.float32)
    pcm[4000] = 0.5
    return pcm


def test_rooms_and_microphones_do_not_move_a_click() -> None:
    for seed in range(5):
        for change in (band_limited, reverberant):
            heard = change(click(), np.random.default_rng(seed))
            assert abs(int(np.abs(heard).argmax()) - 4000) <= 1


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
    assert min(peaks) >= 33
    assert max(peaks) <= 49
