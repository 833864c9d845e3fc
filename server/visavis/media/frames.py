"""Frames as numbered PNG files, for those who check pixels."""

import shutil
from pathlib import Path

from visavis.core.compositor import Frame
from visavis.errors import MediaError
from visavis.media.png import png_bytes


class FrameFolder:
    """Writes 00000.png, 00001.png, … beside the place and moves the folder there when whole."""

    def __init__(self, folder: Path) -> None:
        """Raises `MediaError` if something is already there or it cannot be written."""
        self._folder = folder.absolute()
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise MediaError(f"{folder} already exists and is not empty; name another folder.")
        self._part = self._folder.with_name(f".{self._folder.name}.part")
        self._count = 0
        try:
            shutil.rmtree(self._part, ignore_errors=True)
            self._part.mkdir(parents=True)
        except OSError as error:
            raise self._unwritable(error) from error

    def __enter__(self) -> "FrameFolder":
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            if kind is None:
                self._part.replace(self._folder)  # which may be there, but then it is empty
        except OSError as error:
            raise self._unwritable(error) from error
        finally:
            shutil.rmtree(self._part, ignore_errors=True)

    def write(self, frame: Frame) -> None:
        """Append one frame."""
        try:
            (self._part / f"{self._count:05d}.png").write_bytes(png_bytes(frame))
        except OSError as error:
            raise self._unwritable(error) from error
        self._count += 1

    def _unwritable(self, error: OSError) -> MediaError:
        return MediaError(f"{self._folder} cannot be written: {error}.")
