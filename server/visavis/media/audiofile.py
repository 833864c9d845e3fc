"""Any audio or video file that FFmpeg reads → gapless sound on the sample-counted timeline."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from numpy.typing import NDArray

from visavis.core.pcm import Resampler, check_rate, scrub, to_mono
from visavis.core.timeline import OUTPUT_RATE, SAMPLE_RATE
from visavis.errors import MediaError
from visavis.media.riff import announced_wav_seconds

Float32 = NDArray[np.float32]
MIN_SECONDS = 0.1
_GAP_SECONDS = 0.02  # a smaller hole between packets is rounding, not silence
_LONGEST_GAP_SECONDS = 3600
STDIN = Path("-")
_EXACT_CONTAINERS = frozenset({"aiff", "caf", "flac"})  # their headers count samples, as WAV's does


@dataclass(frozen=True)
class RawSound:
    """How to read samples without a header: little-endian, 16 bits."""

    rate: int = 48_000  # Hz
    channels: int = 1

    @property
    def options(self) -> dict[str, str]:
        """What FFmpeg is told."""
        return {"sample_rate": str(self.rate), "ch_layout": f"{self.channels}c"}


class AudioFile:
    """Reads a file once, front to back; "-" is the standard input. Use as a context manager.

    Raises `MediaError` for what is no audio, is cut off, or is shorter than 0.1 s.
    """

    def __init__(self, path: Path, raw: RawSound | None = None) -> None:
        """`raw` tells what the samples are where no header does."""
        self._piped = path == STDIN
        self.path = Path("The standard input") if self._piped else path
        try:
            place = "pipe:0" if self._piped else str(path.absolute())  # a:b.wav is no protocol a
            self._container = (
                av.open(place, format="s16le", options=raw.options) if raw else av.open(place)
            )
        except (av.FFmpegError, OSError) as error:
            raise MediaError(self._cannot_read()) from error
        if not self._container.streams.audio:
            self._container.close()
            raise MediaError(f"{path} has no audio track.")
        self._stream = self._container.streams.audio[0]
        self.seconds = 0.0  # decoded so far
        self._format: tuple[int, str, str] | None = None  # rate, layout, sample format

    def __enter__(self) -> "AudioFile":
        return self

    def __exit__(self, *_: object) -> None:
        self._container.close()

    @property
    def announced_seconds(self) -> float | None:
        """What the header says the file lasts, if it says it."""
        if self._stream.duration and self._stream.time_base:
            return float(self._stream.duration * self._stream.time_base)
        return self._container.duration / av.time_base if self._container.duration else None

    def chunks(self) -> Iterator[tuple[Float32, Float32]]:
        """The clip in pieces: stereo [n, 2] at 48 kHz to be heard, mono [m] at 16 kHz to be
        analysed. Holes in the file's own timeline become silence."""
        resampler: AudioResampler | None = None
        analysis: Resampler | None = None
        for frame in self._frames():
            samples = _samples(frame)
            rate = check_rate(frame.sample_rate)
            self._require_one_format(frame)
            resampler = resampler or _resampler(frame)
            analysis = analysis or Resampler(rate, SAMPLE_RATE)
            silence = self._gap(frame, rate)
            self.seconds += (silence + frame.samples) / rate
            mono = np.concatenate((np.zeros(silence, np.float32), to_mono(samples)))
            yield _heard(resampler, frame, silence), analysis.push(mono)
        if analysis is not None and resampler is not None:
            yield _stereo(resampler.resample(None)), analysis.flush()
        self._check_length()

    def _require_one_format(self, frame: AudioFrame) -> None:
        now = (frame.sample_rate, frame.layout.name, frame.format.name)
        self._format = self._format or now
        if now != self._format:
            raise MediaError(
                f"{self.path} changes its sample rate or channels after {self.seconds:.2f} s; "
                "convert it to one of each first."
            )

    def _frames(self) -> Iterator[AudioFrame]:
        try:
            yield from self._container.decode(self._stream)
        except av.FFmpegError as error:
            raise MediaError(
                f"{self.path} is damaged after {self.seconds:.2f} s: {error}."
            ) from error

    def _gap(self, frame: AudioFrame, rate: int) -> int:
        """Missing samples before this frame, by its presentation time."""
        if frame.pts is None or frame.time_base is None:
            return 0
        start_s = (self._container.start_time or 0) / av.time_base  # MP3 and others begin late
        hole = float(frame.pts * frame.time_base) - start_s - self.seconds
        if hole < _GAP_SECONDS:
            return 0
        return round(min(hole, _LONGEST_GAP_SECONDS) * rate)

    def _check_length(self) -> None:
        if self.seconds < MIN_SECONDS:
            raise MediaError(
                f"{self.path} lasts {self.seconds:.2f} s; give at least {MIN_SECONDS} s of audio."
            )
        announced = self._exactly_announced()
        if announced is not None and self.seconds < announced - 0.05:
            raise MediaError(
                f"{self.path} is cut off: it holds {self.seconds:.2f} s of the "
                f"{announced:.2f} s that its header announces."
            )

    def _exactly_announced(self) -> float | None:
        if self._piped or self._container.format.name == "s16le":
            return None  # who writes into a pipe may not know
        if self._container.format.name == "wav":
            return announced_wav_seconds(self.path)
        exact = self._container.format.name in _EXACT_CONTAINERS
        return self.announced_seconds if exact else None

    def _cannot_read(self) -> str:
        if self._piped:
            return (
                "The standard input brings no audio or video that FFmpeg reads from a pipe; for "
                "samples without a header, add --input-format s16le."
            )
        if not self.path.exists():
            return f"There is no file {self.path}."
        if self.path.is_file() and self.path.stat().st_size == 0:
            return f"{self.path} is empty."
        return f"{self.path} is not an audio or video file that FFmpeg reads."


def read_mono(path: Path) -> Float32:
    """A whole clip as mono [n] at 16 kHz."""
    with AudioFile(path) as audio:
        return np.concatenate([mono for _, mono in audio.chunks()])


def _samples(frame: AudioFrame) -> NDArray[np.generic]:
    """Decoded samples as [n, channels], u8 and s64 made float."""
    array = frame.to_ndarray()
    channels = frame.layout.nb_channels
    table = array.T if frame.format.is_planar else array.reshape(-1, channels)
    if table.dtype == np.uint8:
        return (table.astype(np.float32) - 128) / 128
    if table.dtype == np.int64:
        return table / np.float64(2**63)
    return table


def _resampler(frame: AudioFrame) -> AudioResampler:
    """FFmpeg makes stereo of mono 3 dB quieter, so mono stays mono here."""
    layout = "mono" if frame.layout.nb_channels == 1 else "stereo"
    return AudioResampler(format="flt", layout=layout, rate=OUTPUT_RATE)


def _heard(resampler: AudioResampler, frame: AudioFrame, silence: int) -> Float32:
    pieces = []
    if silence:
        pieces.append(np.zeros((round(silence * OUTPUT_RATE / frame.sample_rate), 2), np.float32))
    frame.pts = None
    pieces.append(_stereo(resampler.resample(frame)))
    return np.concatenate(pieces)


def _stereo(frames: list[AudioFrame]) -> Float32:
    """Resampled frames → [n, 2], clean and in range."""
    heard = np.empty((0, 2), np.float32)
    for frame in frames:
        table = frame.to_ndarray().reshape(-1, frame.layout.nb_channels)
        heard = np.concatenate((heard, np.broadcast_to(table, (len(table), 2))))
    return scrub(heard)[0]
