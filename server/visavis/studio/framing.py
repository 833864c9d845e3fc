"""Where the mouth lies: the ROI that a generator returns, and its window that speech moves."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from visavis.errors import StudioError

MARGIN = 4  # pixels kept around the window, so that training can shift it
STEP = 16  # the window's side and corner: a whole number of cells of the coarsest features


@dataclass(frozen=True)
class Framing:
    """All in pixels: the ROI's side, the window's side, and its top left corner in the ROI."""

    roi: int = 320
    window: int = 208
    top: int = 80
    left: int = 56

    def __post_init__(self) -> None:
        """Raises `StudioError` if the window does not fit or does not divide into cells."""
        if self.window % STEP or self.roi % 2 or self.top % 2 or self.left % 2:
            raise StudioError(f"Make the window a multiple of {STEP} pixels and its corner even.")
        if min(self.top, self.left) < MARGIN or self.right < MARGIN or self.bottom < MARGIN:
            raise StudioError(f"Leave {MARGIN} pixels of the ROI around the window.")

    @property
    def right(self) -> int:
        """Pixels of the ROI to the right of the window."""
        return self.roi - self.left - self.window

    @property
    def bottom(self) -> int:
        """Pixels of the ROI below the window."""
        return self.roi - self.top - self.window

    @property
    def patch(self) -> int:
        """The side of a training patch: the window and its margin."""
        return self.window + 2 * MARGIN

    @property
    def mouth(self) -> tuple[slice, slice]:
        """Rows and columns of the window between nose, chin and cheeks."""
        rows = slice(self.window // 4, self.window * 27 // 32)
        return rows, slice(self.window * 5 // 32, self.window * 27 // 32)

    def inside(self, roi: Any, margin: int = 0) -> Any:
        """The window of an ROI [..., roi, roi], array or tensor, with a margin around it."""
        side = self.window + 2 * margin
        y, x = self.top - margin, self.left - margin
        return roi[..., y : y + side, x : x + side]

    def numbers(self) -> NDArray[np.int64]:
        """For the disk: roi, window, top, left."""
        return np.array([self.roi, self.window, self.top, self.left])

    @classmethod
    def of(cls, numbers: Any) -> "Framing":
        """What `numbers` gave."""
        return cls(*(int(value) for value in numbers))
