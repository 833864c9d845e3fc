"""H.264 and AAC for every output of a stream: one encoding, whoever takes it."""

from collections.abc import Iterable
from typing import Any

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.codec.context import Flags
from av.packet import Packet
from av.video.frame import PictureType, VideoFrame
from numpy.typing import NDArray

from visavis.core.compositor import Frame
from visavis.core.timeline import AUDIO_TIME_BASE, FPS, OUTPUT_RATE
from visavis.media.outputs.coded import FRAME_TIME_BASE, Coded, Streams

Float32 = NDArray[np.float32]
KEYFRAME_FRAMES = FPS  # streaming services ask for two seconds or less; an HLS segment is as long
_AUDIO_BIT_RATE = 128_000
_SMPTE170M = 6  # ITU-T H.273 code point: BT.601, what the planes are in
_LIMITED_RANGE = 1
_OPTIONS = {
    "preset": "veryfast",
    "tune": "zerolatency",  # a crash loses no picture that waited for its successors
    "crf": "21",
    "maxrate": "4000k",
    "bufsize": "4000k",
    "keyint_min": str(KEYFRAME_FRAMES),
    "sc_threshold": "0",
    "forced-idr": "1",
    "threads": "1",  # the other core is the generator's
    "colorprim": "smpte170m",
    "transfer": "smpte170m",
    "colormatrix": "smpte170m",
}


class FilmEncoder:
    """Frames and sound in, coded packets out at once; nothing is held back but AAC's 21 ms."""

    def __init__(self, width: int, height: int) -> None:
        # A container that writes nothing: containers copy their streams from those of another.
        self._nothing = av.open("nothing", "w", format="null")
        video = self._nothing.add_stream("libx264", rate=FPS, options=dict(_OPTIONS))
        video.width, video.height, video.pix_fmt = width, height, "yuv420p"
        context = video.codec_context
        context.gop_size = KEYFRAME_FRAMES
        context.color_primaries = context.color_trc = context.colorspace = _SMPTE170M
        context.color_range = _LIMITED_RANGE
        audio = self._nothing.add_stream("aac", rate=OUTPUT_RATE, layout="stereo")
        audio.bit_rate = _AUDIO_BIT_RATE
        for stream in (video, audio):
            stream.codec_context.flags |= Flags.global_header
        self._nothing.start_encoding()
        self.streams: Streams = (video, audio)

    def picture(self, index: int, frame: Frame, keyframe: bool) -> Iterable[Coded]:
        """Encode the yuv420p frame of index `index`."""
        picture = VideoFrame.from_ndarray(frame, format="yuv420p")
        picture.pts, picture.time_base = index, FRAME_TIME_BASE
        if keyframe:
            picture.pict_type = PictureType.I
        for packet in self.streams[0].encode(picture):
            yield Coded(True, bytes(packet), _pts(packet), 1, packet.is_keyframe)

    def sound(self, first: int, mono: Float32) -> Iterable[Coded]:
        """Encode mono sound [n] at 48 kHz in [-1, 1] that begins at sample `first`."""
        frame = AudioFrame.from_ndarray(np.stack((mono, mono)), format="fltp", layout="stereo")
        frame.sample_rate, frame.time_base, frame.pts = OUTPUT_RATE, AUDIO_TIME_BASE, first
        for packet in self.streams[1].encode(frame):
            yield Coded(False, bytes(packet), _pts(packet), packet.duration or 0, False)

    def rest(self) -> Iterable[Coded]:
        """The end of the sound, after which nothing can be encoded any more."""
        for packet in self.streams[1].encode(None):
            yield Coded(False, bytes(packet), _pts(packet), packet.duration or 0, False)


def _pts(packet: "Packet[Any]") -> int:
    assert packet.pts is not None
    return packet.pts
