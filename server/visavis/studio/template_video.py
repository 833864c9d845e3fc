"""The resting person's videos: H.264, with the part that a painter works on coded finer.

What grain the video loses there no painter can carry; hair, shirt and matte cost most of the bits
and need them least.
"""

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path
from typing import cast

import av
from av.filter import Graph

from visavis.core.compositor import Frame, clean_matte, new_frame, overlay, planes
from visavis.core.timeline import FPS
from visavis.studio.dataset import Box

CRF = 13  # H.264's constant quality, 0 (best) to 51
FINER = Fraction(-15, 51)  # of the whole scale, within the box
TICK = Fraction(1, FPS)


class _Marker:
    """Tells the encoder which part of a picture to code finer."""

    def __init__(self, width: int, height: int, box: Box) -> None:
        self._graph = Graph()
        coding = av.VideoFormat("yuv420p", width, height)
        source = self._graph.add_buffer(width=width, height=height, format=coding, time_base=TICK)
        place = f"{box.x}:{box.y}:{box.width}:{box.height}:{FINER}"
        mark, sink = self._graph.add("addroi", place), self._graph.add("buffersink")
        source.link_to(mark)
        mark.link_to(sink)
        self._graph.configure()

    def mark(self, picture: Frame, number: int) -> av.VideoFrame:
        frame = av.VideoFrame.from_ndarray(picture, format="yuv420p")
        frame.pts, frame.time_base = number, TICK
        self._graph.push(frame)
        marked = cast("av.VideoFrame", self._graph.pull())
        marked.pict_type = av.video.frame.PictureType.NONE
        return marked


def encode(pictures: Iterable[Frame], path: Path, fine: Box) -> None:
    """Write stacked pictures as H.264, tagged BT.601 limited range, with a box coded finer."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f"part-{path.name}")
    with av.open(str(beside), "w") as container:
        stream = None
        for number, picture in enumerate(pictures):
            if stream is None:
                width, height = picture.shape[1], picture.shape[0] * 2 // 3
                stream, marker = _stream(container, width, height), _Marker(width, height, fine)
            container.mux(stream.encode(marker.mark(picture, number)))
        if stream is not None:
            container.mux(stream.encode(None))
    beside.replace(path)


def _stream(
    container: av.container.OutputContainer, width: int, height: int
) -> av.video.stream.VideoStream:
    stream = container.add_stream("libx264", FPS)
    stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
    stream.options = {"crf": str(CRF), "preset": "slow", "threads": "1"}
    context = stream.codec_context
    context.colorspace, context.color_range = 6, 1  # smpte170m, limited
    context.color_primaries, context.color_trc = 6, 6
    context.time_base = TICK
    return stream


def decode(path: Path, background: Frame) -> list[Frame]:
    """The frames a viewer gets: each picture of the video composited over the background."""
    frames = []
    with av.open(str(path)) as container:
        for picture in container.decode(video=0):
            luma, u, v = planes(cast("Frame", picture.to_ndarray(format="yuv420p")))
            height = luma.shape[0] // 2
            frame = new_frame(luma.shape[1], height)
            parts = luma[:height], u[: height // 2], v[: height // 2]
            for target, source in zip(planes(frame), parts, strict=True):
                target[...] = source
            frames.append(overlay(frame, background, clean_matte(luma[height:])))
    return frames
