"""Can a viewer see where the painted part ends? Steps of brightness across its edge.

The painted part is every pixel of the ROI that speech ever changed. Across its outline, and across
each side of the box around it, the mean step between neighbours is compared with the step at the
same place in the resting template: 1 where nothing can be seen.
"""

import numpy as np
from numpy.typing import NDArray

from visavis.core.compositor import Frame, planes
from visavis.studio.reader import Place

Float64 = NDArray[np.float64]
Bools = NDArray[np.bool_]
RIM = 2  # pixels around the ROI that are looked at too
FAINTEST = 0.5  # levels of 255; a smaller mean step is rounding


class BorderMeter:
    """Takes frames of one avatar, then tells the largest ratio."""

    def __init__(self, side: int) -> None:
        """`side` of the ROI in pixels."""
        whole = side + 2 * RIM
        self._changed: Bools = np.zeros((whole, whole), bool)
        self._frames = 0
        self._shown = np.zeros((2, whole, whole))  # summed steps down and to the right
        self._resting = np.zeros((2, whole, whole))

    def add(self, shown: Frame, resting: Frame, place: Place) -> None:
        """Take a frame and its resting template; a frame at rest tells nothing."""
        if shown is resting:
            return
        self._frames += 1
        a, b = (_luma(frame, place) for frame in (shown, resting))
        self._changed |= a != b
        self._shown += _steps(a)
        self._resting += _steps(b)

    @property
    def ratio(self) -> float:
        """The largest of the outline's and the four sides' ratios; 1 if nothing was painted."""
        if not self._changed.any():
            return 1.0
        y, x = (np.flatnonzero(self._changed.any(axis)) for axis in (1, 0))
        box = np.zeros_like(self._changed)
        box[y[0] : y[-1] + 1, x[0] : x[-1] + 1] = True
        sides = [_crossing(box) & side for side in _halves(box.shape, y, x)]
        return max(self._across(edge) for edge in (_crossing(self._changed), *sides))

    def _across(self, pairs: Bools) -> float:
        if not pairs.any():
            return 1.0
        least = FAINTEST * self._frames * int(pairs.sum())
        shown, resting = self._shown[pairs].sum(), self._resting[pairs].sum()
        return float(max(shown, least) / max(resting, least))


def _luma(frame: Frame, place: Place) -> Float64:
    """The ROI and its rim, edge pixels repeated beyond the frame."""
    luma = planes(frame)[0]
    rows = np.clip(np.arange(place.y - RIM, place.y + place.side + RIM), 0, len(luma) - 1)
    columns = np.clip(np.arange(place.x - RIM, place.x + place.side + RIM), 0, luma.shape[1] - 1)
    return luma[np.ix_(rows, columns)].astype(np.float64)


def _steps(luma: Float64) -> Float64:
    """Absolute differences to the pixel below and to the right, [2, H, W]."""
    down = np.abs(np.diff(luma, axis=0, append=luma[-1:]))
    right = np.abs(np.diff(luma, axis=1, append=luma[:, -1:]))
    return np.stack((down, right))


def _crossing(inside: Bools) -> Bools:
    """Which pairs of neighbours have one pixel inside, [2, H, W]."""
    down = inside ^ np.concatenate((inside[1:], inside[-1:]))
    right = inside ^ np.concatenate((inside[:, 1:], inside[:, -1:]), 1)
    return np.stack((down, right))


def _halves(shape: tuple[int, ...], y: NDArray[np.int64], x: NDArray[np.int64]) -> list[Bools]:
    """Masks [2, H, W] that keep one side of the box each: above, below, left, right."""
    rows, columns = np.indices(shape)
    middle_y, middle_x = (y[0] + y[-1]) / 2, (x[0] + x[-1]) / 2
    still = np.zeros(shape, bool)
    return [
        np.stack((rows < middle_y, still)),
        np.stack((rows >= middle_y, still)),
        np.stack((still, columns < middle_x)),
        np.stack((still, columns >= middle_x)),
    ]
