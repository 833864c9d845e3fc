"""One encoded version of a stream's picture: a codec, a bit rate, and who watches it."""

import time
from collections.abc import Callable, Sequence

from visavis.core.compositor import Frame
from visavis.core.keyframes import KeyframeRequests
from visavis.media.encoders.coded import Coded, VideoCodec, VideoEncoder
from visavis.media.encoders.h264 import H264
from visavis.media.encoders.vp8 import Vp8
from visavis.media.encoders.worker import EncoderThread
from visavis.media.queue import PacketQueue

_WAITING = 2  # frames before the encoder
_ENCODERS: dict[VideoCodec, Callable[[int, int, int], VideoEncoder]] = {"h264": H264, "vp8": Vp8}


class Rendition:
    """Encodes while somebody watches. All but `_encode` runs in the event loop's thread."""

    def __init__(
        self,
        codec: VideoCodec,
        size: tuple[int, int],
        bit_rate: int,
        to_loop: Callable[[Callable[[], None]], None],
    ) -> None:
        """`to_loop` has a function called in the event loop's thread."""
        self.codec = codec
        self.bit_rate = bit_rate
        self.keyframes = KeyframeRequests()
        self.pictures = 0  # encoded
        self.viewers: set[PacketQueue] = set()
        self._sent = 0  # bits since they were last asked for
        self._size = size
        self._to_loop = to_loop
        self._encoder: VideoEncoder | None = None
        self._thread: EncoderThread[tuple[int, Frame]] = EncoderThread(
            codec, self._encode, self._encoded, _WAITING, self._forget
        )

    @property
    def dropped(self) -> int:
        """Frames that the encoder was too slow for."""
        return self._thread.dropped

    @property
    def failed(self) -> int:
        """Frames that the encoder could not take."""
        return self._thread.failed

    def take_sent(self) -> int:
        """Bits that were encoded since this was asked last."""
        sent, self._sent = self._sent, 0
        return sent

    def join(self, viewer: PacketQueue) -> None:
        """Give a viewer this rendition, from its next keyframe on."""
        viewer.shut()
        self.viewers.add(viewer)
        self.keyframes.ask(joining=True)

    def release(self, tick: int, frame: Frame) -> None:
        """Encode a frame, which stays as it is for a few ticks."""
        self._thread.put((tick, frame))

    @property
    def is_alive(self) -> bool:
        """Whether the encoder's thread still runs."""
        return self._thread.is_alive

    def retire(self) -> None:
        """Let the encoder end by itself."""
        self._thread.retire()

    async def close(self) -> None:
        """Wait until it has ended."""
        await self._thread.close()

    def _encode(self, work: tuple[int, Frame]) -> Sequence[Coded]:
        tick, frame = work
        encoder, self._encoder = self._encoder, None  # one that raises is not asked again
        if encoder is None:
            self.keyframes.ask(joining=True)
            encoder = _ENCODERS[self.codec](*self._size, self.bit_rate)
        encoder.retarget(self.bit_rate)
        coded = encoder.encode(tick, frame, self.keyframes.take(time.monotonic()))
        self._encoder = encoder
        return coded

    def _forget(self) -> None:
        self._encoder = None

    def _encoded(self, coded: Sequence[Coded]) -> None:
        self._to_loop(lambda: self._deliver(coded))

    def _deliver(self, coded: Sequence[Coded]) -> None:
        self.pictures += len(coded)
        for packet in coded:
            self._sent += 8 * len(packet.data)
            taken = [viewer.put(packet) for viewer in self.viewers]
            if not all(taken):
                self.keyframes.ask()
