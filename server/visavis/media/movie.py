"""Frames and sound into a container: H.264 and AAC in MP4."""

from collections.abc import Iterable
from fractions import Fraction
from typing import Any

import av
import numpy as np
from av import Packet
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from numpy.typing import NDArray

from visavis.core.compositor import Frame
from visavis.core.timeline import AUDIO_TIME_BASE, FPS, OUTPUT_RATE
from visavis.errors import MediaError

Float32 = NDArray[np.float32]
PRESETS = ("ultrafast", "superfast", "veryfast", "faster", "fast", "medium", "slow")  # of libx264
PRESET = "ultrafast"
_QUALITY = "18"  # about 47 dB; slower presets need fewer bits for it
_COLOURS = {"colorprim": "smpte170m", "transfer": "smpte170m", "colormatrix": "smpte170m"}
_AUDIO_BIT_RATE = 160_000
_SMPTE170M = 6  # ITU-T H.273 code point: BT.601, what the planes are in
_LIMITED_RANGE = 1


class Movie:
    """Frames and sound go in as they come; both start at time zero."""

    def __init__(
        self,
        container: OutputContainer,
        name: str,
        size: tuple[int, int],
        sound: bool = True,
        preset: str = PRESET,
        threads: int = 1,
    ) -> None:
        """`name` is what messages call it; `size` is width and height."""
        self.name = name
        self._container = container
        self._video = self._open_video(size, preset, threads)
        self._audio: AudioStream | None = self._open_audio() if sound else None
        self._frames = 0
        self._samples = 0

    def write_frame(self, frame: Frame) -> None:
        """Append one yuv420p picture, which must not change while anybody refers to it."""
        picture = VideoFrame.from_numpy_buffer(frame, format="yuv420p")
        picture.pts, picture.time_base = self._frames, Fraction(1, FPS)
        self._frames += 1
        self._mux(self._video.encode(picture))

    def write_sound(self, stereo: Float32) -> None:
        """Append sound [n, 2] at 48 kHz in [-1, 1]."""
        if self._audio is None or not len(stereo):
            return
        frame = av.AudioFrame.from_ndarray(
            np.ascontiguousarray(stereo.T), format="fltp", layout="stereo"
        )
        frame.sample_rate, frame.time_base = OUTPUT_RATE, AUDIO_TIME_BASE
        frame.pts = self._samples
        self._samples += len(stereo)
        self._mux(self._audio.encode(frame))

    def finish(self) -> None:
        """Write what the encoders hold back and close the container. Raises `MediaError`."""
        self._mux(self._video.encode(None))
        if self._audio is not None:
            self._mux(self._audio.encode(None))
        try:
            self._container.close()
        except (av.FFmpegError, OSError) as error:
            raise self.unwritable(error) from error

    def unwritable(self, error: Exception) -> MediaError:
        """What a caller is told."""
        return MediaError(f"{self.name} cannot be written: {error}.")

    def _open_video(self, size: tuple[int, int], preset: str, threads: int) -> VideoStream:
        options = {"preset": preset, "crf": _QUALITY} | _COLOURS
        stream = self._container.add_stream("libx264", rate=FPS, options=options)
        (stream.width, stream.height), stream.pix_fmt = size, "yuv420p"
        context = stream.codec_context
        context.thread_count = threads
        context.color_primaries = context.color_trc = context.colorspace = _SMPTE170M
        context.color_range = _LIMITED_RANGE
        return stream

    def _open_audio(self) -> AudioStream:
        stream = self._container.add_stream("aac", rate=OUTPUT_RATE, layout="stereo")
        stream.bit_rate = _AUDIO_BIT_RATE
        return stream

    def _mux(self, packets: "Iterable[Packet[Any]]") -> None:
        try:
            for packet in packets:
                self._container.mux(packet)
        except (av.FFmpegError, OSError) as error:
            raise self.unwritable(error) from error
