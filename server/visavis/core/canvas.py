"""The frames of one stream: the template's where the mouth rests, else in memory used again."""

import numpy as np

from visavis.core.blend import Blend, Mouth
from visavis.core.compositor import Frame
from visavis.core.recycler import Recycler
from visavis.core.region import Region
from visavis.core.template import Template

_KEPT = 12  # frames that an encoder and a few queues hold at once


class Canvas:
    """Composes a stream's frames. Nothing of a frame's size is allocated after the first few."""

    def __init__(self, template: Template, window: Region) -> None:
        """`window` is the part of the ROI that mouths show."""
        self._template = template
        self._blend = Blend(template.mask, window)
        self._frames = Recycler(template.frames[0].shape, np.uint8, _KEPT)

    def forget(self) -> None:
        """Let the frames go that are kept to be used again."""
        self._frames.forget()

    def frame(self, index: int, mouth: Mouth | None, gain: float) -> Frame:
        """A frame with a mouth in place, or at rest without one; to be read only."""
        return self.idle(index) if mouth is None else self.speaking(index, mouth, gain)

    def idle(self, index: int) -> Frame:
        """The template frame with its mouth at rest, to be read only."""
        return self._template.idle(index)

    def speaking(self, index: int, mouth: Mouth, gain: float) -> Frame:
        """A frame with a mouth in place, to be read only. Its memory is used again once nobody
        holds the frame any more."""
        frame: Frame = self._frames.take().view(np.uint8)
        np.copyto(frame, self._template.frames[index])
        x, y = self._template.corners[index]
        self._blend.into(frame, x, y, mouth, gain)
        return frame
