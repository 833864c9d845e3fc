"""An outlet on a device of this machine that may go away, and come back."""

import asyncio
import logging
import random
from collections.abc import Callable
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from visavis.core.backoff import Backoff
from visavis.core.compositor import Frame
from visavis.errors import DeviceError

_log = logging.getLogger(__name__)
_LOOK_S = 0.5


class Device(Protocol):
    """An outlet that is opened by making it."""

    @property
    def lost(self) -> bool:
        """Whether it is gone: then it is closed, and another is made."""

    def release(self, tick: int, frame: Frame | None, sound: NDArray[np.float32]) -> None:
        """See `visavis.media.outlet.Outlet`."""

    def close(self) -> None:
        """Give the device back."""


class Revived:
    """Hands on to a device while there is one; `run` opens another when it is lost, and waits
    longer each time that this fails."""

    def __init__(
        self, name: str, make: Callable[[], Device], backoff: Backoff | None = None
    ) -> None:
        """Makes the first device now. Raises `DeviceError`."""
        self._name = name
        self._make = make
        self._backoff = backoff or Backoff(random.random)
        self._device: Device | None = make()

    def release(self, tick: int, frame: Frame | None, sound: NDArray[np.float32]) -> None:
        """See `visavis.media.outlet.Outlet`."""
        if self._device:
            self._device.release(tick, frame, sound)

    async def run(self) -> None:
        """Look after the device until cancelled."""
        while True:
            await asyncio.sleep(_LOOK_S)
            if self._device and self._device.lost:
                lost, self._device = self._device, None
                _log.warning("%s went away; waiting for it", self._name)
                await asyncio.to_thread(lost.close)
                self._device = await self._another()
                _log.info("%s is back", self._name)

    async def _another(self) -> Device:
        self._backoff.reset()
        while True:
            await asyncio.sleep(self._backoff.pause_s())
            try:
                return await asyncio.to_thread(self._make)
            except DeviceError as error:
                _log.debug("%s", error)

    def close(self) -> None:
        """Give the device back."""
        if self._device:
            self._device.close()
            self._device = None
