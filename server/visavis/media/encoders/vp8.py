"""VP8 for browsers without H.264: real-time, no delay, a keyframe only on request."""

from aiortc.codecs.vpx import Vp8Encoder as Packetizer
from av.video.codeccontext import VideoCodecContext

from visavis.media.encoders.picture import PictureEncoder, picture_context

_SPEED = "-8"  # libvpx's cpu-used for real time
_WORTH_A_KEYFRAME = 0.2  # a change of the bit rate by so much, up or down


class Vp8(PictureEncoder):
    """One libvpx encoder. VP8 means BT.601, which the frames are in (RFC 6386)."""

    def __init__(self, width: int, height: int, bit_rate: int) -> None:
        super().__init__(_open(width, height, bit_rate), Packetizer())
        self._size = (width, height)
        self._bit_rate = bit_rate

    def retarget(self, bit_rate: int) -> None:
        """Aim at another rate, in bit/s. FFmpeg cannot tell libvpx: it begins anew, if the change
        is worth a keyframe."""
        if abs(bit_rate - self._bit_rate) > _WORTH_A_KEYFRAME * self._bit_rate:
            self._bit_rate = bit_rate
            self._context = _open(*self._size, bit_rate)


def _open(width: int, height: int, bit_rate: int) -> VideoCodecContext:
    context = picture_context("libvpx", width, height, bit_rate)
    context.gop_size = 1_000_000
    context.options = {
        "deadline": "realtime",
        "cpu-used": _SPEED,
        "lag-in-frames": "0",
        "minrate": str(bit_rate),
        "maxrate": str(bit_rate),
        "bufsize": str(bit_rate),
        "undershoot-pct": "95",
        "static-thresh": "1",
        "auto-alt-ref": "0",
    }
    return context
