"""HTTP Live Streaming (RFC 8216) for simple pages and old players: a folder with a playlist and a
window of segments, behind the stream by about three of them."""

import re
import time
from collections.abc import Callable
from pathlib import Path

from visavis.core.timeline import FPS
from visavis.media.outputs.coded import Packer, Streams, open_container
from visavis.media.outputs.encoder import KEYFRAME_FRAMES
from visavis.media.outputs.sink import Ended, Sink, nobody

PLAYLIST = "index.m3u8"
TYPES = {
    ".m3u8": "application/vnd.apple.mpegurl",
    ".m4s": "video/iso.segment",
    ".mp4": "video/mp4",
}
SEGMENTS = 8  # in the playlist, eight seconds; two more stay for players that are late
IDLE_S = 30.0  # without a request, then it ends
_NAME = re.compile(r"index\.m3u8|init\.mp4|[0-9]{8}\.m4s", re.ASCII)


class HlsFolder(Sink):
    """Fills `folder`, which must be there and empty. It ends when nobody has asked for a while."""

    kind = "hls"

    def __init__(
        self,
        folder: Path,
        streams: Streams,
        ended: Ended = nobody,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(f"HLS in {folder.name}", streams, ended)
        self.folder = folder
        self._clock = clock
        self._asked_s = clock()

    def file(self, name: str) -> Path | None:
        """The file of that name if it belongs to the stream and is there now. Asking keeps the
        stream going."""
        self._asked_s = self._clock()
        path = self.folder / name if _NAME.fullmatch(name) else None
        return path if path and path.is_file() else None

    def _work(self) -> str:
        packer: Packer | None = None
        try:
            for coded in self._packets():
                packer = packer or self._open(coded.time_s)
                packer.pack(coded)
                if self._clock() - self._asked_s > IDLE_S:
                    return ""
            return ""
        finally:
            if packer is not None:
                packer.finish()

    def _open(self, origin_s: float) -> Packer:
        options = {
            "hls_time": str(KEYFRAME_FRAMES // FPS),
            "hls_list_size": str(SEGMENTS),
            "hls_delete_threshold": "2",
            "hls_segment_type": "fmp4",
            "hls_fmp4_init_filename": "init.mp4",
            "hls_segment_filename": str(self.folder / "%08d.m4s"),
            "hls_flags": "delete_segments+independent_segments+temp_file+program_date_time",
        }
        container = open_container(str(self.folder / PLAYLIST), "hls", options)
        return Packer(container, self._streams, origin_s)
