"""A file that holds whole pieces only, even on a disk that fills up while it is written."""

import errno
import os
from pathlib import Path

from visavis.errors import MediaError

_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)


class GuardedFile:
    """What FFmpeg writes to. After a failure it is cut back to the last whole piece, and
    everything written later is ignored, so that the end of the format cannot spoil the rest."""

    def __init__(self, path: Path) -> None:
        """Raises `MediaError` if the file is there already or cannot be made."""
        self.path = path
        self.failure: OSError | None = None
        self._whole = 0  # bytes
        try:
            self._descriptor = os.open(path, _CREATE, 0o644)
        except OSError as error:
            raise MediaError(f"{path} cannot be written: {error.strerror}.") from error

    def write(self, data: bytes) -> int:
        """Write all of it, or fail for ever. FFmpeg is always told that it went well."""
        view = memoryview(data)
        try:
            while view and self.failure is None:
                written = os.write(self._descriptor, view)
                if not written:
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
                view = view[written:]
        except OSError as error:
            self.failure = error
            os.ftruncate(self._descriptor, self._whole)
        return len(data)

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        return os.lseek(self._descriptor, offset, whence)

    def tell(self) -> int:
        return os.lseek(self._descriptor, 0, os.SEEK_CUR)

    def mark_whole(self) -> None:
        """What has been written up to now can be played."""
        if self.failure is None:
            self._whole = self.tell()

    @property
    def size(self) -> int:
        """Bytes that can be played."""
        return self._whole

    def free_bytes(self) -> int | None:
        """What is left on the disk; None where the system does not tell."""
        if not hasattr(os, "fstatvfs"):
            return None
        state = os.fstatvfs(self._descriptor)
        return state.f_bavail * state.f_frsize

    def close(self) -> None:
        """Close the file, and remove it if nothing in it can be played."""
        os.close(self._descriptor)
        if not self._whole:
            self.path.unlink(missing_ok=True)
