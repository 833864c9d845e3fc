"""An avatar at rest, loaded: template frames, and where and how a mouth goes into them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from visavis.core.choreography import Repertoire
from visavis.core.colour import planes_to_rgb
from visavis.core.compositor import BlendMask, Frame, crop, paste

Float32 = NDArray[np.float32]


@dataclass(frozen=True)
class Template:
    """Every clip as finished yuv420p frames, idle first, shared read-only by all sessions."""

    frames: tuple[Frame, ...]
    corners: tuple[tuple[int, int], ...]  # x, y of the ROI per frame
    size: int  # side of the ROI in pixels
    mask: BlendMask
    repertoire: Repertoire

    def index(self, frame: int) -> int:
        """The template frame shown at video frame `frame` while no gesture is asked for."""
        return self.repertoire.idle.index(frame)

    def roi(self, index: int) -> Float32:
        """The generator's view of template frame `index`: RGB [3, size, size] in [0, 1], a little
        outside where video coding was, so that what the generator hands on comes back the same."""
        x, y = self.corners[index]
        return planes_to_rgb(crop(self.frames[index], x, y, self.size), clip=False)

    def idle(self, index: int) -> Frame:
        """The frame with its mouth at rest, to be read only."""
        return self.frames[index]

    def speaking(self, index: int, rgb: Float32, gain: float) -> Frame:
        """A new frame with the generated ROI [3, size, size] in place."""
        frame = self.frames[index].copy()
        x, y = self.corners[index]
        paste(frame, x, y, rgb, self.mask, gain)
        return frame
