"""How long a WAV file says that it is. FFmpeg shortens a cut-off file's length and says nothing."""

import struct
from pathlib import Path

_UNKNOWN_BYTES = 0x7FFF_0000  # streams write this much or more when they cannot know


def announced_wav_seconds(path: Path) -> float | None:
    """The length in a RIFF WAVE header; None where it has none, or a stream wrote it."""
    with path.open("rb") as file:
        form = file.read(12)
        if form[:4] != b"RIFF" or form[8:] != b"WAVE":
            return None
        bytes_per_second = 0
        while len(head := file.read(8)) == 8:
            name, size = struct.unpack("<4sI", head)
            if name == b"data":
                known = bytes_per_second and 0 < size < _UNKNOWN_BYTES
                return size / bytes_per_second if known else None
            if name == b"fmt ":
                bytes_per_second = int.from_bytes(file.read(12)[8:], "little")
                size -= 12
            file.seek(size + size % 2, 1)
    return None
