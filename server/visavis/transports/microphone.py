"""This machine's microphone, by PortAudio, into an ingest."""

import asyncio
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from visavis.core.timeline import OUTPUT_RATE, PTIME_SAMPLES
from visavis.errors import DeviceError
from visavis.media.ingest import Ingest


def _sounddevice() -> Any:
    """The library, imported late: it needs PortAudio, which servers do not have."""
    try:
        import sounddevice
    except OSError as error:
        raise DeviceError(
            "PortAudio is missing; install it (Debian and Ubuntu: apt-get install libportaudio2)."
        ) from error
    return sounddevice


class Microphone:
    """Captures mono 48 kHz in 20 ms blocks while it is entered."""

    def __init__(
        self,
        ingest: Ingest,
        device: str | None,
        lost: Callable[[], None],
        loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        """`device` is a name, a part of one, or a number; None is the system's default. `lost` is
        called when the device goes away, by `loop`, the running one if None."""
        self._ingest = ingest
        self._device = device
        self._lost = lost
        self._loop = loop or asyncio.get_running_loop()
        self._stream: Any = None
        self.overflows = 0  # blocks before which the system lost sound

    def __enter__(self) -> "Microphone":
        """Raises `DeviceError` if there is no such microphone or it cannot be opened."""
        library, device = _sounddevice(), self._device
        number = int(device) if device is not None and device.isdecimal() else device
        try:
            self._stream = library.InputStream(
                samplerate=OUTPUT_RATE,
                channels=1,
                dtype="float32",
                blocksize=PTIME_SAMPLES,
                device=number,
                callback=self._came,
                finished_callback=self._finished,
            )
            self._stream.start()
        except (library.PortAudioError, ValueError) as error:
            raise DeviceError(_no_microphone(library, device)) from error
        return self

    def __exit__(self, *_: object) -> None:
        stream, self._stream = self._stream, None
        stream.close()

    def _came(self, block: NDArray[np.float32], frames: int, time: object, status: Any) -> None:
        """Called by PortAudio's thread; the loop's thread does the work."""
        self.overflows += bool(status.input_overflow)
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._ingest.push, block[:, 0].copy())

    def _finished(self) -> None:
        """Called by PortAudio's thread when the stream has ended, closed by us or not."""
        if self._stream is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._lost)


def rescan() -> None:
    """Let PortAudio, which looks at its devices but once, look again. No stream may be open."""
    library = _sounddevice()
    library._terminate()
    library._initialize()


def _no_microphone(library: Any, device: str | None) -> str:
    names = [d["name"] for d in library.query_devices() if d["max_input_channels"] > 0]
    if not names:
        return "This machine has no microphone; plug one in, or use visavis serve or render."
    wanted = "The default microphone" if device is None else f"The microphone {device!r}"
    return f"{wanted} cannot be opened; choose one with --device: {', '.join(names)}."
