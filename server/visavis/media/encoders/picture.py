"""What the video encoders share: a picture in, its packets and RTP payloads out."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Literal

import av
from aiortc.codecs.base import Encoder as Packetizer
from av.video.codeccontext import VideoCodecContext
from av.video.frame import PictureType, VideoFrame

from visavis.core.compositor import Frame
from visavis.core.timeline import FPS, VIDEO_TIME_BASE, video_pts
from visavis.media.encoders.coded import Coded


def picture_context(
    library: Literal["libx264", "libvpx"], width: int, height: int, bit_rate: int
) -> VideoCodecContext:
    """One of FFmpeg's encoders, as all of them are set; `bit_rate` is in bit/s."""
    context: VideoCodecContext = av.CodecContext.create(library, "w")
    context.width, context.height, context.pix_fmt = width, height, "yuv420p"
    context.bit_rate = bit_rate
    context.framerate, context.time_base = Fraction(FPS), VIDEO_TIME_BASE
    context.thread_count = 1
    return context


class PictureEncoder:
    """An open FFmpeg encoder and the packetizer of its RTP payload format."""

    def __init__(self, context: VideoCodecContext, packetizer: Packetizer) -> None:
        self._context = context
        self._packetizer = packetizer

    def encode(self, tick: int, frame: Frame, keyframe: bool) -> Sequence[Coded]:
        """Code the picture of media time `tick`."""
        picture = VideoFrame.from_numpy_buffer(frame, format="yuv420p")
        picture.pts, picture.time_base = video_pts(tick), VIDEO_TIME_BASE
        picture.pict_type = PictureType.I if keyframe else PictureType.NONE
        coded = []
        for packet in self._context.encode(picture):
            packet.time_base = VIDEO_TIME_BASE
            payloads, pts = self._packetizer.pack(packet)
            coded.append(Coded("video", pts, packet.is_keyframe, bytes(packet), tuple(payloads)))
        return coded
