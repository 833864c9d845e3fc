"""Finished media into a pipe as it is made: an MP4 in fragments, or bare frames."""

import contextlib
from typing import BinaryIO

import av

from visavis.core.compositor import Frame
from visavis.errors import MediaError
from visavis.media.movie import PRESET, Float32, Movie

# Each second stands alone, so that a reader can begin before the end is written.
_FRAGMENTS = {"movflags": "empty_moov+default_base_moof", "frag_duration": "1000000"}
STDOUT = "Standard output"


class _OneWay:
    """What FFmpeg sees of a pipe: no way back."""

    def __init__(self, pipe: BinaryIO) -> None:
        self._pipe = pipe

    def write(self, data: bytes) -> int:
        return self._pipe.write(data)


class Mp4Pipe(Movie):
    """A fragmented MP4. Use as a context manager."""

    def __init__(
        self, pipe: BinaryIO, width: int, height: int, preset: str = PRESET, threads: int = 1
    ) -> None:
        self._pipe = pipe
        container = av.open(_OneWay(pipe), "w", format="mp4", options=dict(_FRAGMENTS))
        super().__init__(container, STDOUT, (width, height), True, preset, threads)

    def __enter__(self) -> "Mp4Pipe":
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            if kind is None:
                self.finish()
                self._pipe.flush()
        except OSError as error:
            raise self.unwritable(error) from error
        finally:
            with contextlib.suppress(av.FFmpegError, OSError):
                self._container.close()


class RawPipe:
    """Bare yuv420p frames, BT.601, limited range; the sound is left out."""

    def __init__(self, pipe: BinaryIO) -> None:
        self._pipe = pipe

    def __enter__(self) -> "RawPipe":
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self._write(b"")

    def write_frame(self, frame: Frame) -> None:
        """Append one yuv420p picture."""
        self._write(frame.data)

    def write_sound(self, stereo: Float32) -> None:
        """Nothing: there is no place for it."""

    def _write(self, data: memoryview | bytes) -> None:
        try:
            self._pipe.write(data)
            self._pipe.flush()
        except OSError as error:
            raise MediaError(f"{STDOUT} cannot be written: {error}.") from error
