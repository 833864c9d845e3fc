"""A live stream into an MP4 that can be played at every moment, whatever happens to us.

While it is written it is a fragmented MP4, a fragment every half second; a process that is killed
loses what came after the last. Ended in good order it becomes a plain MP4, which opens and seeks
everywhere.
"""

from pathlib import Path

from visavis.errors import MediaError
from visavis.media.outputs.coded import Packer, Streams, open_container
from visavis.media.outputs.guarded import GuardedFile
from visavis.media.outputs.sink import Ended, Sink, nobody

RESERVE_BYTES = 256 << 20  # left on the disk for everyone else
_OPTIONS = {
    "movflags": "hybrid_fragmented+delay_moov+default_base_moof",
    "frag_duration": "500000",  # microseconds
}
_LOOK_EVERY = 36  # packets, half a second


class Recording(Sink):
    """Writes what comes into `path`, which must not be there yet."""

    kind = "recording"

    def __init__(self, path: Path, streams: Streams, ended: Ended = nobody):
        """Raises `MediaError` if the place cannot be written or has no room."""
        super().__init__(f"the recording {path.name}", streams, ended)
        self.path = path
        self.seconds = 0.0  # that can be played
        self._file = GuardedFile(path)
        if self._no_room():
            self._file.close()
            raise MediaError(f"{path} cannot be written: less than {_megabytes()} MB are free.")

    def _work(self) -> str:
        try:
            return self._write()
        finally:
            self._file.close()

    def _write(self) -> str:
        packer: Packer | None = None
        origin_s = end_s = 0.0
        for count, coded in enumerate(self._packets()):
            if packer is None:
                origin_s = coded.time_s
                container = open_container(self._file, "mp4", _OPTIONS)
                packer = Packer(container, self._streams, origin_s)
            packer.pack(coded)  # FFmpeg writes whole fragments only
            end_s = coded.time_s - origin_s
            self._mark(end_s)
            if self._file.failure or (count % _LOOK_EVERY == 0 and self._no_room()):
                break
        if packer is not None:
            packer.finish()
            self._mark(end_s)
        return self._why()

    def _mark(self, seconds: float) -> None:
        size = self._file.size
        self._file.mark_whole()
        if self._file.size > size:
            self.seconds = seconds

    def _why(self) -> str:
        if self._file.failure:
            return f"{self.path} cannot be written: {self._file.failure.strerror}"
        if not self.closing.is_set():
            return f"less than {_megabytes()} MB are free beside {self.path}"
        return ""

    def _no_room(self) -> bool:
        free = self._file.free_bytes()
        return free is not None and free < RESERVE_BYTES


def _megabytes() -> int:
    return RESERVE_BYTES >> 20
