"""How far a mouth is open, measured on pixels, the same way for renders and generated frames.

Between the lips there is the dark of the mouth or the grey of teeth; skin and lips are neither.
The measure counts such pixels per column of a fixed box and compares with the resting template,
whose lip line also casts a thin shadow. Needs numpy alone.
"""

import numpy as np
from numpy.typing import NDArray

Float32 = NDArray[np.float32]

ROWS = slice(100, 172)  # of the 224-pixel ROI
COLUMNS = slice(74, 152)
GREY, GREY_SLOPE = 0.11, 60.0  # red minus blue below this is tooth or cavity
DARK, DARK_SLOPE = 0.25, 40.0  # mean of the channels below this is cavity
CLOSED_PX = 0.5  # mean gap in pixels up to which lips count as shut


def gap(roi: Float32) -> Float32:
    """Mean height in pixels of what shows between the lips; RGB [..., 3, 224, 224] in [0, 1]."""
    box = roi[..., ROWS, COLUMNS]
    warm = box[..., 0, :, :] - box[..., 2, :, :]
    grey = _soft(GREY - warm, GREY_SLOPE)
    dark = _soft(DARK - box.mean(-3), DARK_SLOPE)
    between = 1 - (1 - grey) * (1 - dark)
    result: Float32 = between.sum(-2).mean(-1)
    return result


def opening(roi: Float32, template: Float32) -> Float32:
    """Gap of the generated or rendered ROI beyond that of its resting template, pixels."""
    return gap(roi) - gap(template)


def _soft(value: Float32, slope: float) -> Float32:
    """Smooth step; the exponent is bounded, so that nothing overflows."""
    result: Float32 = 1 / (1 + np.exp(np.clip(-slope * value, -30, 30)))
    return result


def agreement(made: Float32, true: Float32, reach: int = 4) -> tuple[float, int]:
    """Correlation of two curves of one length, and the lag in frames at which it would be best
    (positive: `made` is late)."""

    def at(lag: int) -> float:
        a = made[max(0, lag) : len(made) + min(0, lag)]
        b = true[max(0, -lag) : len(true) + min(0, -lag)]
        return float(np.corrcoef(a, b)[0, 1])

    return at(0), max(range(-reach, reach + 1), key=at)


def stillness(silent: Float32, speaking: Float32) -> float:
    """Swing of the mouth in silence as a share of its range in speech (5th to 95th percentile)."""
    low, high = np.percentile(speaking, [5, 95])
    return float(np.ptp(silent) / max(float(high - low), 1e-6))
