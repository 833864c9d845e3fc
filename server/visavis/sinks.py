"""Where a render's finished media goes: files or a pipe, written by a thread of their own."""

import queue
import sys
import threading
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from visavis.core.compositor import Frame
from visavis.media.frames import FrameFolder
from visavis.media.movie import PRESET
from visavis.media.mp4 import Mp4Writer
from visavis.media.pipe import Mp4Pipe, RawPipe

Float32 = NDArray[np.float32]
STDOUT = Path("-")
_WAITING = 48  # frames and pieces of sound


@dataclass(frozen=True)
class Places:
    """Where to; at least one of both."""

    movie: Path | None  # "-": the standard output
    folder: Path | None = None  # of PNG frames
    raw: bool = False  # bare frames instead of an MP4, to the standard output
    preset: str = PRESET  # of libx264
    threads: int = 1  # of libx264


class _Movie(Protocol):
    def write_frame(self, frame: Frame) -> None: ...

    def write_sound(self, stereo: Float32) -> None: ...


class Sinks:
    """Takes frames and sound in order. Use as a context manager: leaving it by an exception leaves
    no file behind. What the writing thread raises, the next call raises."""

    def __init__(self, places: Places, width: int, height: int) -> None:
        self._places = places
        self._size = (width, height)
        self._waiting: queue.Queue[Callable[[], None] | None] = queue.Queue(_WAITING)
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._write, name="sinks", daemon=True)
        self._movie: _Movie | None = None
        self._folder: FrameFolder | None = None
        self._stack = ExitStack()

    def __enter__(self) -> "Sinks":
        with self._stack as stack:
            if self._places.movie:
                movie = self._open_movie()
                stack.enter_context(movie)
                self._movie = movie
            if self._places.folder:
                self._folder = stack.enter_context(FrameFolder(self._places.folder))
            self._stack = stack.pop_all()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: object
    ) -> None:
        if error is not None:
            self._failure = self._failure or error  # what waits is not written
        self._waiting.put(None)
        self._thread.join()
        if self._failure is None:
            self._stack.close()
            return
        self._stack.__exit__(type(self._failure), self._failure, self._failure.__traceback__)
        if error is None:
            raise self._failure

    def frame(self, frame: Frame) -> None:
        """Write a frame, which must not change while anybody refers to it."""
        self._raise()
        if self._movie:
            self._waiting.put(partial(self._movie.write_frame, frame))
        if self._folder:
            self._waiting.put(partial(self._folder.write, frame))

    def sound(self, stereo: Float32) -> None:
        """Write sound [n, 2] at 48 kHz."""
        self._raise()
        if self._movie:
            self._waiting.put(partial(self._movie.write_sound, stereo))

    def _raise(self) -> None:
        if self._failure is not None:
            raise self._failure

    def _write(self) -> None:
        while (job := self._waiting.get()) is not None:
            if self._failure is not None:
                continue
            try:
                job()
            except BaseException as error:  # handed to the caller's thread
                self._failure = error

    def _open_movie(self) -> Mp4Writer | Mp4Pipe | RawPipe:
        (width, height), places = self._size, self._places
        assert places.movie is not None
        if places.movie != STDOUT:
            preset, threads = places.preset, places.threads
            return Mp4Writer(places.movie, width, height, preset=preset, threads=threads)
        if places.raw:
            return RawPipe(sys.stdout.buffer)
        return Mp4Pipe(sys.stdout.buffer, width, height, places.preset, places.threads)
