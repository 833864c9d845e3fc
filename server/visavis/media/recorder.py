"""A live stream into an MP4: a thread of its own encodes, the stream's tick never waits."""

import queue
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from visavis.core.compositor import Frame
from visavis.errors import MediaError
from visavis.media.mp4 import Mp4Writer

Float32 = NDArray[np.float32]
_WAITING = 250  # releases, ten seconds


class Recorder:
    """An outlet of the stream. When the encoder falls ten seconds behind, whole releases are left
    out, picture with sound, and counted."""

    def __init__(self, path: Path, width: int, height: int, failed: Callable[[], object]) -> None:
        """`failed` is called from the recorder's thread when writing fails; `close` then raises
        why. Raises `MediaError` if the place cannot be written."""
        self.dropped = 0
        self._failed = failed
        self._writer = Mp4Writer(path, width, height)
        self._waiting: queue.Queue[tuple[Frame, Float32] | None] = queue.Queue(_WAITING)
        self._failure: Exception | None = None
        self._ended = False
        self._thread = threading.Thread(target=self._write, name="recorder")
        self._thread.start()

    def release(self, tick: int, frame: Frame, sound: Float32) -> None:
        """See `visavis.media.stream.Outlet`."""
        try:
            self._waiting.put_nowait((frame, sound))
        except queue.Full:
            self.dropped += 1

    def close(self) -> None:
        """Finish the file. Raises `MediaError` if writing has failed."""
        self._waiting.put(None)
        self._thread.join()
        if self._failure:
            raise MediaError(f"The recording failed: {self._failure}") from self._failure

    def _write(self) -> None:
        try:
            with self._writer as movie:
                for frame, sound in self._releases():
                    movie.write_frame(frame)
                    movie.write_sound(np.stack((sound, sound), axis=1))
        except Exception as error:  # handed to `close`, which runs in the caller's thread
            self._failure = error
            self._failed()
            self.dropped += sum(1 for _ in self._releases())

    def _releases(self) -> Iterator[tuple[Frame, Float32]]:
        """What has been released, until `close`."""
        while not self._ended:
            release = self._waiting.get()
            if release is None:
                self._ended = True
            else:
                yield release
