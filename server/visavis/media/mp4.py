"""An MP4 file, written beside its place and moved there when it is whole."""

import contextlib
from pathlib import Path

import av

from visavis.errors import MediaError
from visavis.media.movie import PRESET, Movie


class Mp4Writer(Movie):
    """Use as a context manager: leaving it by an exception removes what was written."""

    def __init__(
        self,
        path: Path,
        width: int,
        height: int,
        sound: bool = True,
        preset: str = PRESET,
        threads: int = 1,
    ) -> None:
        """Raises `MediaError` if the place cannot be written."""
        self.path = path
        if path.is_dir():
            raise MediaError(f"{path} is a folder; name a file, such as out.mp4.")
        self._part = path.absolute().with_name(f".{path.name}.part")
        try:
            self._part.touch()  # FFmpeg opens it later
            container = av.open(str(self._part), "w", format="mp4")
        except (av.FFmpegError, OSError) as error:
            raise MediaError(f"{path} cannot be written: {error}.") from error
        super().__init__(container, str(path), (width, height), sound, preset, threads)

    def __enter__(self) -> "Mp4Writer":
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            if kind is None:
                self.finish()
                self._part.replace(self.path)
        except OSError as error:
            raise self.unwritable(error) from error
        finally:
            with contextlib.suppress(av.FFmpegError, OSError):
                self._container.close()
            self._part.unlink(missing_ok=True)
