"""Encoded media between the encoder and whatever packs it: plain bytes, shared by all."""

from dataclasses import dataclass
from fractions import Fraction

import av
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.packet import Packet
from av.video.stream import VideoStream

from visavis.core.timeline import AUDIO_TIME_BASE, FPS, FRAME_S, OUTPUT_RATE

FRAME_TIME_BASE = Fraction(1, FPS)
Streams = tuple[VideoStream, AudioStream]  # open encoders, which say what a container must know


@dataclass(frozen=True)
class Coded:
    """One packet of H.264 (a whole picture, decoded in the order of coming) or of AAC."""

    video: bool
    data: bytes
    pts: int  # frames of 40 ms, or samples at 48 kHz
    duration: int  # in the same unit
    keyframe: bool  # of H.264: decoding can begin here

    @property
    def time_s(self) -> float:
        return self.pts * FRAME_S if self.video else self.pts / OUTPUT_RATE


class Packer:
    """Puts coded media into a container of any format, timed from `origin_s` on."""

    def __init__(self, container: OutputContainer, streams: Streams, origin_s: float = 0.0) -> None:
        self._container = container
        self._video = container.add_stream_from_template(streams[0])
        self._audio = container.add_stream_from_template(streams[1])
        self._origin_s = origin_s

    def pack(self, coded: Coded) -> None:
        """Append one packet. Raises what FFmpeg or the container's file raises."""
        packet = Packet(coded.data)
        packet.stream = self._video if coded.video else self._audio
        packet.time_base = FRAME_TIME_BASE if coded.video else AUDIO_TIME_BASE
        packet.pts = packet.dts = coded.pts - round(self._origin_s / packet.time_base)
        packet.duration = coded.duration
        packet.is_keyframe = coded.keyframe or not coded.video
        self._container.mux(packet)

    def finish(self) -> None:
        """Write what the format ends with."""
        self._container.close()


def open_container(
    target: object, kind: str, options: dict[str, str] | None = None
) -> OutputContainer:
    """A container of format `kind` on a file object or path."""
    return av.open(target, "w", format=kind, container_options=options or {}, buffer_size=1 << 20)
