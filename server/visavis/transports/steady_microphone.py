"""A microphone that may be unplugged: the stream goes on in silence until it is back."""

import asyncio
import logging
import random

from visavis.core.backoff import Backoff
from visavis.errors import DeviceError
from visavis.media.ingest import Ingest
from visavis.transports.microphone import Microphone, rescan

_log = logging.getLogger(__name__)
_LONGEST_PAUSE_S = 5.0  # whoever plugs it in again does not wait longer
_MUTE_S = 3.0  # without a block: some systems never say that a device is gone
_LOOK_S = 0.5


class SteadyMicrophone:
    """Captures into an ingest while it is entered; `run` looks after the device."""

    def __init__(self, ingest: Ingest, device: str | None, backoff: Backoff | None = None) -> None:
        """`device` as `Microphone` takes it."""
        self.losses = 0  # times that the device went away
        self._ingest = ingest
        self._device = device
        self._backoff = backoff or Backoff(random.random, 0.5, _LONGEST_PAUSE_S)
        self._loop = asyncio.get_running_loop()
        self._lost = asyncio.Event()
        self._microphone: Microphone | None = None
        self._past_overflows = 0

    def __enter__(self) -> "SteadyMicrophone":
        """Raises `DeviceError` if the microphone cannot be opened now."""
        self._microphone = self._open()
        return self

    def __exit__(self, *_: object) -> None:
        self._close()

    @property
    def overflows(self) -> int:
        """Blocks before which the system lost sound."""
        return self._past_overflows + (self._microphone.overflows if self._microphone else 0)

    async def run(self) -> None:
        """Until cancelled, open the microphone again whenever it goes away."""
        while True:
            await self._until_lost()
            self.losses += 1
            _log.warning("the microphone went away; waiting for it")
            await asyncio.to_thread(self._close)
            await self._reopen()
            _log.info("the microphone is back")

    async def _until_lost(self) -> None:
        heard, since_s = self._ingest.counters.received, self._loop.time()
        while self._loop.time() - since_s < _MUTE_S:
            try:
                async with asyncio.timeout(_LOOK_S):
                    await self._lost.wait()
                return
            except TimeoutError:
                if self._ingest.counters.received != heard:
                    heard, since_s = self._ingest.counters.received, self._loop.time()

    async def _reopen(self) -> None:
        self._backoff.reset()
        while self._microphone is None:
            await asyncio.sleep(self._backoff.pause_s())
            try:
                self._microphone = await asyncio.to_thread(self._open_again)
            except DeviceError as error:
                _log.debug("%s", error)

    def _open_again(self) -> Microphone:
        rescan()
        return self._open()

    def _open(self) -> Microphone:
        self._lost.clear()
        return Microphone(self._ingest, self._device, self._lost.set, self._loop).__enter__()

    def _close(self) -> None:
        microphone, self._microphone = self._microphone, None
        if microphone:
            self._past_overflows += microphone.overflows
            microphone.__exit__(None, None, None)
