"""Where a stream's pictures and sound go."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from visavis.core.compositor import Frame

Float32 = NDArray[np.float32]


class Outlet(Protocol):
    """Where finished media goes. It must take them at once: bounded, never waiting. A frame stays
    as it is while anybody refers to it."""

    def release(self, tick: int, frame: Frame | None, sound: Float32) -> None:
        """One video frame and its 1920 samples of 48 kHz mono, both of media time `tick`. None: the
        sound comes alone, and the frame before it stays."""
