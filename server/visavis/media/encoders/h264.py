"""H.264 for browsers: Constrained Baseline, no delay, a keyframe only on request."""

from aiortc.codecs.h264 import H264Encoder as Packetizer
from av.video.codeccontext import VideoCodecContext

from visavis.media.encoders.picture import PictureEncoder, picture_context

SMPTE170M = 6  # ITU-T H.273: BT.601, what the planes are in; untagged is taken for BT.709
LIMITED_RANGE = 1
_LEVEL_31_MACROBLOCKS = 3600  # per picture, the most that browsers' 42e01f promises
_BUFFER_S = 0.4  # of the bit rate: how far one picture may borrow from the next ones
_PRESET = "superfast"  # a third of veryfast's time for half a decibel
_LESS = "aq-mode=0:partitions=none:subme=0"  # two fifths less again, for a third of a decibel


class H264(PictureEncoder):
    """One libx264 encoder. SPS and PPS stand before each IDR (RFC 6184)."""

    def __init__(self, width: int, height: int, bit_rate: int) -> None:
        super().__init__(_open(width, height, bit_rate), Packetizer())

    def retarget(self, bit_rate: int) -> None:
        """Aim at another rate, in bit/s; x264 does it without a keyframe."""
        self._context.bit_rate = bit_rate


def _open(width: int, height: int, bit_rate: int) -> VideoCodecContext:
    context = picture_context("libx264", width, height, bit_rate)
    context.color_primaries = context.color_trc = context.colorspace = SMPTE170M
    context.color_range = LIMITED_RANGE
    context.profile = "Baseline"
    context.options = {
        "preset": _PRESET,
        "tune": "zerolatency",
        "maxrate": str(bit_rate),
        "bufsize": str(round(bit_rate * _BUFFER_S)),
        "x264-params": f"keyint=infinite:scenecut=0:{_LESS}",
        **({"level": "31"} if _macroblocks(width, height) <= _LEVEL_31_MACROBLOCKS else {}),
    }
    return context


def _macroblocks(width: int, height: int) -> int:
    return -(-width // 16) * -(-height // 16)
