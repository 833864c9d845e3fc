"""Mouths as planes, blended into frames without a frame-sized allocation."""

import numpy as np
from numpy.typing import NDArray

from visavis.core.compositor import BlendMask, Frame, planes
from visavis.core.region import Region

Float32 = NDArray[np.float32]
Mouth = NDArray[np.uint8]  # [bytes]: Y, U and V of a window of the ROI, one after the other


class Blend:
    """Puts mouths of one window into frames; of one thread, as it keeps its working memory.

    The arithmetic is that of `visavis.core.compositor.paste`, plane by plane at the plane's own
    size, over what the mask shows of the window.
    """

    def __init__(self, mask: BlendMask, window: Region) -> None:
        """`window` is even, in pixels of the ROI."""
        half = Region(window.top // 2, window.left // 2, window.height // 2, window.width // 2)
        self._parts = (
            _Part(mask.luma, window, 0),
            _Part(mask.chroma, half, window.height * window.width),
            _Part(mask.chroma, half, window.height * window.width * 5 // 4),
        )
        area = window.height * window.width
        self._base, self._mixed = np.empty(area, np.float32), np.empty(area, np.float32)

    def into(self, frame: Frame, x: int, y: int, mouth: Mouth, gain: float = 1.0) -> None:
        """Blend `mouth` into a frame whose ROI is at (x, y), in place. `gain` fades all of it."""
        corners = ((y, x), (y // 2, x // 2), (y // 2, x // 2))
        for plane, part, corner in zip(planes(frame), self._parts, corners, strict=True):
            self._blend(part.target(plane, *corner), part.source(mouth), part, gain)

    def _blend(
        self, target: NDArray[np.uint8], source: NDArray[np.uint8], part: "_Part", gain: float
    ) -> None:
        base = self._base[: target.size].reshape(target.shape)
        mixed = self._mixed[: target.size].reshape(target.shape)
        np.copyto(base, target)
        np.copyto(mixed, source)
        mixed -= base
        mixed *= part.weights
        if gain != 1:
            mixed *= np.float32(gain)
        mixed += base
        np.rint(mixed, out=mixed)
        np.copyto(target, mixed, casting="unsafe")


class _Part:
    """One plane's share of the window."""

    def __init__(self, mask: Float32, window: Region, offset: int) -> None:
        self._window = window
        self._offset = offset
        self.weights = np.ascontiguousarray(mask[window.rows, window.columns])

    def target(self, plane: NDArray[np.uint8], y: int, x: int) -> NDArray[np.uint8]:
        """Its view of a frame's plane, whose ROI is at (x, y)."""
        top, left = y + self._window.top, x + self._window.left
        return plane[top : top + self._window.height, left : left + self._window.width]

    def source(self, mouth: Mouth) -> NDArray[np.uint8]:
        """Its view of a mouth."""
        height, width = self._window.height, self._window.width
        return mouth[self._offset : self._offset + height * width].reshape(height, width)
