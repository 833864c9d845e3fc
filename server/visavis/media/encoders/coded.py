"""What encoders make: one coded picture or sound, shared read-only by all viewers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from visavis.core.compositor import Frame

VideoCodec = Literal["h264", "vp8"]


@dataclass(frozen=True)
class Coded:
    """One access unit, and the RTP payloads that it was cut into, once for everyone."""

    kind: Literal["audio", "video"]
    pts: int  # in the RTP clock: 90 kHz video, 48 kHz audio
    keyframe: bool
    data: bytes
    payloads: Sequence[bytes]


class VideoEncoder(Protocol):
    """A codec that is fed one picture at a time and gives it back at once."""

    def encode(self, tick: int, frame: Frame, keyframe: bool) -> Sequence[Coded]:
        """Code the picture of media time `tick`."""

    def retarget(self, bit_rate: int) -> None:
        """Aim at another bit rate, in bit/s, from the next picture on."""


class AudioEncoder(Protocol):
    """A codec that turns one release of sound into packets of exactly 20 ms."""

    def encode(self, tick: int, sound: NDArray[np.float32]) -> Sequence[Coded]:
        """Code the 1920 samples of media time `tick`."""
