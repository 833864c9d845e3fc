"""One release to many outlets; an outlet that fails is left out, and the others never notice."""

import logging

import numpy as np
from numpy.typing import NDArray

from visavis.core.compositor import Frame
from visavis.media.outlet import Outlet

_log = logging.getLogger(__name__)


class Fanout:
    """An outlet that hands on to others: viewers, a recording, a broadcast, a camera."""

    def __init__(self) -> None:
        self._outlets: list[Outlet] = []
        self.failed = 0  # outlets that were left out

    @property
    def outlets(self) -> tuple[Outlet, ...]:
        return tuple(self._outlets)

    def add(self, outlet: Outlet) -> None:
        """Begin to hand on releases, from the next one on. Adding twice is adding once."""
        if outlet not in self._outlets:
            self._outlets.append(outlet)

    def remove(self, outlet: Outlet) -> None:
        """End it. What was never added, or has failed, may be removed too."""
        if outlet in self._outlets:
            self._outlets.remove(outlet)

    def release(self, tick: int, frame: Frame | None, sound: NDArray[np.float32]) -> None:
        """See `visavis.media.outlet.Outlet`."""
        for outlet in self.outlets:
            try:
                outlet.release(tick, frame, sound)
            except Exception:  # one outlet's fault must not reach another's viewer
                _log.exception("an output failed and is left out")
                self.failed += 1
                self.remove(outlet)
