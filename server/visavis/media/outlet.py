"""Where finished media goes."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from visavis.core.compositor import Frame


class Outlet(Protocol):
    """It must take media at once: bounded, never waiting. A frame stays as it is while anybody
    refers to it."""

    def release(self, tick: int, frame: Frame | None, sound: NDArray[np.float32]) -> None:
        """One video frame and its 1920 samples of 48 kHz mono, both of media time `tick`. None: the
        sound comes alone, and the frame before it stays."""


class Audience(Outlet, Protocol):
    """An outlet that knows whether anybody is there."""

    @property
    def viewers(self) -> int: ...
