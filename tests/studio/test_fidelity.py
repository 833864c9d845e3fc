import numpy as np
from scipy.ndimage import correlate1d

from visavis.studio.fidelity import PERFECT_DB, RADIUS, SIGMA, psnr_db, ssim

RANDOM = np.random.default_rng(1)
PICTURE = RANDOM.random((40, 36)).astype(np.float32)


def test_psnr_is_ten_times_the_logarithm_of_the_error() -> None:
    assert abs(psnr_db(1e-3) - 30) < 1e-9
    assert psnr_db(0) == PERFECT_DB


def test_a_picture_is_like_itself() -> None:
    assert abs(ssim(PICTURE, PICTURE) - 1) < 1e-9


def test_noise_makes_it_less_like() -> None:
    worse = [
        ssim(PICTURE, PICTURE + RANDOM.normal(0, level, PICTURE.shape).astype(np.float32))
        for level in (0.02, 0.1, 0.5)
    ]
    assert worse == sorted(worse, reverse=True)
    assert worse[-1] < 0.5


def test_it_is_what_the_formula_says() -> None:
    other = np.clip(PICTURE * 0.8 + 0.1, 0, 1)
    kernel = np.exp(-0.5 * (np.arange(-RADIUS, RADIUS + 1) / SIGMA) ** 2)
    kernel /= kernel.sum()

    def blur(picture: "np.ndarray[tuple[int, int], np.dtype[np.float64]]") -> object:
        rows = correlate1d(picture, kernel, 0)
        return correlate1d(rows, kernel, 1)[RADIUS:-RADIUS, RADIUS:-RADIUS]

    x, y = PICTURE.astype(np.float64), other.astype(np.float64)
    mx, my = np.asarray(blur(x)), np.asarray(blur(y))
    vx, vy = np.asarray(blur(x * x)) - mx**2, np.asarray(blur(y * y)) - my**2
    both = np.asarray(blur(x * y)) - mx * my
    c1, c2 = 0.01**2, 0.03**2
    expected = (2 * mx * my + c1) * (2 * both + c2) / ((mx**2 + my**2 + c1) * (vx + vy + c2))
    assert abs(ssim(PICTURE, other) - float(expected.mean())) < 1e-9
