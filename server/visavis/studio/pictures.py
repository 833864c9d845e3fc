"""Still pictures as arrays, read and written by PyAV so that the studio needs no image library."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from visavis.errors import StudioError

Bytes = NDArray[np.uint8]


def read_rgba(path: Path) -> Bytes:
    """A PNG or lossless WebP as [H, W, 4], alpha not premultiplied; StudioError if unreadable."""
    try:
        with av.open(str(path)) as container:
            frame = next(container.decode(video=0))
    except (OSError, StopIteration, av.error.FFmpegError) as error:
        raise StudioError(f"Cannot read the picture {path}: render or copy it again.") from error
    return np.asarray(frame.to_ndarray(format="rgba"), np.uint8)


def write_png(path: Path, pixels: Bytes) -> None:
    """Write grey [H, W], colour [H, W, 3] or RGBA [H, W, 4] as PNG, beside the name and renamed."""
    layout = "gray" if pixels.ndim == 2 else {3: "rgb24", 4: "rgba"}[pixels.shape[2]]
    codec = av.CodecContext.create("png", "w")
    codec.height, codec.width = pixels.shape[:2]
    codec.pix_fmt = layout
    codec.time_base = Fraction(1, 25)
    frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(pixels), format=layout)
    packets = [*codec.encode(frame), *codec.encode(None)]
    write_bytes(path, b"".join(bytes(packet) for packet in packets))


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file that is never seen half-written."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(path.name + ".part")
    beside.write_bytes(content)
    beside.replace(path)
