"""How near one picture is to another: PSNR, and structural similarity (Wang et al., 2004)."""

import numpy as np
from numpy.typing import NDArray

Float32 = NDArray[np.float32]
Float64 = NDArray[np.float64]
SIGMA, RADIUS = 1.5, 5
C1, C2 = 0.01**2, 0.03**2
PERFECT_DB = 99.0


def psnr_db(squared_error: float) -> float:
    """From the mean squared error of values in [0, 1]."""
    if squared_error <= 0:
        return PERFECT_DB
    return min(PERFECT_DB, -10 * float(np.log10(squared_error)))


def ssim(a: Float32, b: Float32) -> float:
    """Mean structural similarity of two grey pictures [H, W] in [0, 1], Gaussian of 11 pixels."""
    x, y = a.astype(np.float64), b.astype(np.float64)
    mean_x, mean_y = _blur(x), _blur(y)
    var_x = _blur(x * x) - mean_x**2
    var_y = _blur(y * y) - mean_y**2
    both = _blur(x * y) - mean_x * mean_y
    top = (2 * mean_x * mean_y + C1) * (2 * both + C2)
    return float((top / ((mean_x**2 + mean_y**2 + C1) * (var_x + var_y + C2))).mean())


def _blur(picture: Float64) -> Float64:
    """Gaussian means wherever the whole kernel fits, [H − 10, W − 10]."""
    steps = np.arange(-RADIUS, RADIUS + 1)
    kernel = np.exp(-0.5 * (steps / SIGMA) ** 2)
    kernel /= kernel.sum()
    height, width = (side - 2 * RADIUS for side in picture.shape)
    rows: Float64 = sum(k * picture[i : i + height] for i, k in enumerate(kernel))
    result: Float64 = sum(k * rows[:, i : i + width] for i, k in enumerate(kernel))
    return result
