"""Streaming log-mel spectrogram, the numbers of the SyncTalk_2D / Wav2Lip audio front end.

Every mel frame is computed alone, by the same operations on the same 800 samples, so the bits do
not depend on how the audio was cut into chunks.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Float32 = NDArray[np.float32]
Float64 = NDArray[np.float64]


@dataclass(frozen=True)
class MelSpec:
    """Parameters of the spectrogram; the defaults are the contract of the model family."""

    sample_rate: int = 16_000  # Hz
    n_fft: int = 800  # samples, also the length of the Hann window
    hop: int = 200  # samples
    bands: int = 80
    fmin: float = 55.0  # Hz
    fmax: float = 7_600.0  # Hz
    preemphasis: float = 0.97

    @property
    def rate(self) -> int:
        """Mel frames per second."""
        return self.sample_rate // self.hop


SILENCE = np.float32(-4.0)  # the normalised level of digital silence


def _hz_to_mel(hz: Float64) -> Float64:
    """Slaney's scale: linear below 1 kHz, logarithmic above."""
    linear = hz / (200.0 / 3)
    log = 15.0 + np.log(np.maximum(hz, 1e-9) / 1000.0) / (np.log(6.4) / 27.0)
    return np.where(hz >= 1000.0, log, linear)


def _mel_to_hz(mel: Float64) -> Float64:
    linear = mel * (200.0 / 3)
    log = 1000.0 * np.exp((np.log(6.4) / 27.0) * (mel - 15.0))
    return np.where(mel >= 15.0, log, linear)


@lru_cache(maxsize=4)
def filterbank(spec: MelSpec) -> Float64:
    """Triangular filters of equal area (Slaney norm), shape [bands, n_fft // 2 + 1]."""
    bins = np.linspace(0.0, spec.sample_rate / 2, spec.n_fft // 2 + 1)
    low, high = _hz_to_mel(np.array([spec.fmin, spec.fmax]))
    edges = _mel_to_hz(np.linspace(low, high, spec.bands + 2))
    rise = (bins - edges[:-2, None]) / np.diff(edges)[:-1, None]
    fall = (edges[2:, None] - bins) / np.diff(edges)[1:, None]
    triangles = np.maximum(0.0, np.minimum(rise, fall))
    weights: Float64 = triangles * (2.0 / (edges[2:] - edges[:-2]))[:, None]
    weights.setflags(write=False)
    return weights


class MelStream:
    """PCM in, mel frames out as soon as their last sample is there.

    Frame m is centred on sample hop·m and spans n_fft samples, zeros beyond both ends of the clip
    (librosa's `center=True`, `pad_mode="constant"`).
    """

    def __init__(self, spec: MelSpec | None = None) -> None:
        self.spec = spec or MelSpec()
        self._weights = filterbank(self.spec)
        phase = 2 * np.pi * np.arange(self.spec.n_fft) / self.spec.n_fft
        self._window = 0.5 - 0.5 * np.cos(phase)  # periodic Hann
        self._last = 0.0  # x[n-1] of the pre-emphasis
        self._tail = np.zeros(self.spec.n_fft // 2)  # emphasised samples not yet left behind

    def push(self, pcm: Float32) -> Float32:
        """Take mono PCM [n] in [-1, 1]; return the finished mel frames [frames, bands]."""
        samples = pcm.astype(np.float64)
        previous = np.concatenate(([self._last], samples[:-1])) if len(samples) else samples
        if len(samples):
            self._last = float(samples[-1])
        return self._extend(samples - self.spec.preemphasis * previous)

    def flush(self) -> Float32:
        """End the clip: return the mel frames that reach beyond it. The stream is used up."""
        return self._extend(np.zeros(self.spec.n_fft // 2))

    def _extend(self, emphasised: Float64) -> Float32:
        n_fft, hop = self.spec.n_fft, self.spec.hop
        buffer = np.concatenate((self._tail, emphasised))
        count = max(0, (len(buffer) - n_fft) // hop + 1)
        frames = np.empty((count, self.spec.bands), np.float32)
        for index in range(count):
            frames[index] = self._frame(buffer[index * hop : index * hop + n_fft])
        self._tail = buffer[count * hop :]
        return frames

    def _frame(self, samples: Float64) -> Float64:
        magnitude = np.abs(np.fft.rfft(samples * self._window))
        level = 20.0 * np.log10(np.maximum(1e-5, self._weights @ magnitude)) - 20.0
        return np.clip(8.0 * (level + 100.0) / 100.0 - 4.0, -4.0, 4.0)


def mel_spectrogram(pcm: Float32, spec: MelSpec | None = None) -> Float32:
    """The whole clip at once: [1 + samples // hop, bands], the same bits as the stream."""
    stream = MelStream(spec)
    return np.concatenate((stream.push(pcm), stream.flush()))
