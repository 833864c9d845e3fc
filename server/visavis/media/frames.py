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
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise MediaError(f"{folder} already exists and is not empty; name another folder.")
        self._folder = folder
        self._part = folder.with_name(f".{folder.name}.part")
        self._count = 0
        try:
            shutil.rmtree(self._part, ignore_errors=True)
            self._part.mkdir(parents=True)
        except OSError as error:
            raise MediaError(f"{folder} cannot be written: {error}.") from error

    def __enter__(self) -> "FrameFolder":
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            if self._folder.exists():
                self._folder.rmdir()
            self._part.rename(self._folder)
        shutil.rmtree(self._part, ignore_errors=True)

    def write(self, frame: Frame) -> None:
        """Append one frame."""
        (self._part / f"{self._count:05d}.png").write_bytes(png_bytes(frame))
        self._count += 1
