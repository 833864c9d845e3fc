import numpy as np

from visavis.studio.augment import band_limited, reverberant


def click(samples: int = 8000) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    pcm = np.zeros(samples, np.float32)
    pcm[4000] = 0.5
    return pcm


def test_rooms_and_microphones_do_not_move_a_click() -> None:
    for seed in range(5):
        for change in (band_limited, reverberant):
            heard = change(click(), np.random.default_rng(seed))
            assert abs(int(np.abs(heard).argmax()) - 4000) <= 1
