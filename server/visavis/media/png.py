"""One frame as a PNG file."""

from fractions import Fraction
from pathlib import Path

import av
from av.video.frame import VideoFrame

from visavis.core.compositor import Frame


def png_bytes(frame: Frame) -> bytes:
    """A yuv420p frame (BT.601) as PNG."""
    rgb = VideoFrame.from_ndarray(frame, format="yuv420p").reformat(
        format="rgb24", src_colorspace="ITU601", dst_colorspace="ITU601"
    )
    encoder = av.VideoCodecContext.create("png", "w")
    encoder.width, encoder.height, encoder.pix_fmt = rgb.width, rgb.height, "rgb24"
    encoder.time_base = Fraction(1, 25)
    return b"".join(bytes(packet) for packet in (*encoder.encode(rgb), *encoder.encode(None)))


def write_png(path: Path, frame: Frame) -> None:
    """Write a frame beside its place, then move it there."""
    part = path.with_name(f".{path.name}.part")
    part.write_bytes(png_bytes(frame))
    part.replace(path)
