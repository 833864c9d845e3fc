"""One frame as a PNG file."""

from fractions import Fraction
from pathlib import Path

import av
from av.video.frame import VideoFrame

from visavis.core.compositor import Frame
from visavis.core.cutout import to_rgba


def png_bytes(frame: Frame) -> bytes:
    """A yuv420p frame (BT.601) as PNG."""
    rgb = VideoFrame.from_ndarray(frame, format="yuv420p").reformat(
        format="rgb24", src_colorspace="ITU601", dst_colorspace="ITU601"
    )
    return _encoded(rgb)


def cut_out_png_bytes(stacked: Frame) -> bytes:
    """A stacked frame (see `core.cutout`) as a transparent PNG of half its height."""
    return _encoded(VideoFrame.from_ndarray(to_rgba(stacked), format="rgba"))


def _encoded(picture: VideoFrame) -> bytes:
    encoder = av.VideoCodecContext.create("png", "w")
    encoder.width, encoder.height = picture.width, picture.height
    encoder.pix_fmt, encoder.time_base = picture.format.name, Fraction(1, 25)
    return b"".join(bytes(packet) for packet in (*encoder.encode(picture), *encoder.encode(None)))


def write_png(path: Path, frame: Frame) -> None:
    """Write a frame beside its place, then move it there."""
    write_whole(path, png_bytes(frame))


def write_whole(path: Path, content: bytes) -> None:
    """Write a file beside its place, then move it there."""
    part = path.with_name(f".{path.name}.part")
    part.write_bytes(content)
    part.replace(path)
