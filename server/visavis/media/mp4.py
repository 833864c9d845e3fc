"""An MP4 with H.264 and AAC, written beside its place and moved there when it is whole."""

import contextlib
from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from av import Packet
from av.audio.stream import AudioStream
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from numpy.typing import NDArray

from visavis.core.compositor import Frame
from visavis.core.timeline import AUDIO_TIME_BASE, FPS, OUTPUT_RATE
from visavis.errors import MediaError

Float32 = NDArray[np.float32]
_VIDEO_OPTIONS = {
    "preset": "veryfast",
    "crf": "18",
    "colorprim": "smpte170m",
    "transfer": "smpte170m",
    "colormatrix": "smpte170m",
}
_AUDIO_BIT_RATE = 160_000
_SMPTE170M = 6  # ITU-T H.273 code point: BT.601, what the planes are in
_LIMITED_RANGE = 1


class Mp4Writer:
    """Frames and sound go in as they come; both start at time zero. Use as a context manager:
    leaving it by an exception removes what was written."""

    def __init__(self, path: Path, width: int, height: int, sound: bool = True) -> None:
        """Raises `MediaError` if the place cannot be written."""
        self.path = path
        if path.is_dir():
            raise MediaError(f"{path} is a folder; name a file, such as out.mp4.")
        self._part = path.absolute().with_name(f".{path.name}.part")
        try:
            self._part.touch()  # FFmpeg opens it later
            self._container = av.open(str(self._part), "w", format="mp4")
        except (av.FFmpegError, OSError) as error:
            raise self._unwritable(error) from error
        self._video = self._open_video(width, height)
        self._audio: AudioStream | None = self._open_audio() if sound else None
        self._frames = 0
        self._samples = 0

    def __enter__(self) -> "Mp4Writer":
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            if kind is None:
                self._finish()
        except (av.FFmpegError, OSError) as error:
            raise self._unwritable(error) from error
        finally:
            with contextlib.suppress(av.FFmpegError, OSError):
                self._container.close()
            self._part.unlink(missing_ok=True)

    def write_frame(self, frame: Frame) -> None:
        """Append one yuv420p picture."""
        picture = VideoFrame.from_ndarray(frame, format="yuv420p")
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

    def _open_video(self, width: int, height: int) -> VideoStream:
        stream = self._container.add_stream("libx264", rate=FPS, options=dict(_VIDEO_OPTIONS))
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        context = stream.codec_context
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
            raise self._unwritable(error) from error

    def _finish(self) -> None:
        self._mux(self._video.encode(None))
        if self._audio is not None:
            self._mux(self._audio.encode(None))
        self._container.close()
        self._part.replace(self.path)

    def _unwritable(self, error: Exception) -> MediaError:
        return MediaError(f"{self.path} cannot be written: {error}.")
