"""An avatar at rest, loaded: template frames, and where and how a mouth goes into them."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from visavis.core.colour import planes_to_rgb
from visavis.core.compositor import BlendMask, Frame, crop, paste

Float32 = NDArray[np.float32]
_ROI_CACHE_BYTES = 256 * 1024 * 1024


@dataclass(frozen=True)
class Template:
    """The idle loop as finished yuv420p frames, shared read-only by all sessions."""

    frames: tuple[Frame, ...]
    corners: tuple[tuple[int, int], ...]  # x, y of the ROI per frame
    size: int  # side of the ROI in pixels
    mask: BlendMask

    def __post_init__(self) -> None:
        """Keep as many RGB ROIs as the memory budget allows."""
        entries = max(1, _ROI_CACHE_BYTES // (3 * self.size * self.size * 4))
        object.__setattr__(self, "_cached_roi", lru_cache(maxsize=entries)(self._roi))

    def index(self, frame: int) -> int:
        """The template frame shown at video frame `frame`: a forward loop."""
        return frame % len(self.frames)

    def roi(self, index: int) -> Float32:
        """The generator's view of template frame `index`: RGB [3, size, size] in [0, 1]."""
        cached: Float32 = self._cached_roi(index)  # type: ignore[attr-defined]
        return cached

    def idle(self, index: int) -> Frame:
        """The frame with its mouth at rest, to be read only."""
        return self.frames[index]

    def speaking(self, index: int, rgb: Float32, gain: float) -> Frame:
        """A new frame with the generated ROI [3, size, size] in place."""
        frame = self.frames[index].copy()
        x, y = self.corners[index]
        paste(frame, x, y, rgb, self.mask, gain)
        return frame

    def _roi(self, index: int) -> Float32:
        x, y = self.corners[index]
        rgb = planes_to_rgb(crop(self.frames[index], x, y, self.size))
        rgb.setflags(write=False)
        return rgb
