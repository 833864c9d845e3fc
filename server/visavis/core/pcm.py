"""Sound in any shape → mono float32 at one rate, sample for sample on the timeline."""

from functools import lru_cache
from math import ceil, gcd

import numpy as np
from numpy.typing import NDArray

from visavis.errors import MediaError

Float32 = NDArray[np.float32]
Float64 = NDArray[np.float64]

MIN_RATE, MAX_RATE = 8_000, 192_000  # Hz
MAX_CHANNELS = 8
_FULL_SCALE = {"int16": 32_768.0, "int32": 2_147_483_648.0, "float32": 1.0, "float64": 1.0}
_ZERO_CROSSINGS = 16  # of the resampling kernel, each side
_KAISER_BETA = 8.0  # about 80 dB of stop band
_ROLL_OFF = 0.95  # of the lower Nyquist frequency

# ITU-R BS.775 weights without the LFE channel, by channel count, in WAV channel order.
_DOWNMIX = {
    3: (0.7071, 0.7071, 1.0),
    4: (0.7071, 0.7071, 0.5, 0.5),
    5: (0.7071, 0.7071, 1.0, 0.5, 0.5),
    6: (0.7071, 0.7071, 1.0, 0.0, 0.5, 0.5),
}


def check_rate(rate: int) -> int:
    """Return `rate` if it is a sample rate that can be taken, in Hz."""
    if not MIN_RATE <= rate <= MAX_RATE:
        raise MediaError(
            f"The sample rate is {rate} Hz; send audio between {MIN_RATE} and {MAX_RATE} Hz."
        )
    return rate


def scrub(samples: Float32) -> tuple[Float32, int]:
    """Replace NaN and infinities by silence and clip to [-1, 1]; also return how many were bad."""
    good = np.isfinite(samples)
    bad = int(samples.size - np.count_nonzero(good))
    if bad:
        samples = np.where(good, samples, np.float32(0))
    return np.clip(samples, np.float32(-1), np.float32(1)), bad


def to_mono(samples: NDArray[np.generic]) -> Float32:
    """Interleaved or planar-transposed PCM [n] or [n, channels], s16, s32 or float → [n].

    NaN and infinities become silence. Raises `MediaError` for another sample format or too many
    channels.
    """
    scale = _FULL_SCALE.get(samples.dtype.name)
    if scale is None:
        raise MediaError(f"The sample format {samples.dtype.name} is not s16, s32 or float.")
    table = samples[:, None] if samples.ndim == 1 else samples
    channels = table.shape[1]
    if not 1 <= channels <= MAX_CHANNELS:
        raise MediaError(f"The audio has {channels} channels; send 1 to {MAX_CHANNELS}.")
    with np.errstate(over="ignore"):  # what float32 cannot hold is infinite there, so silence
        clean, _ = scrub((table.astype(np.float64) / scale).astype(np.float32))
    if channels == 1:
        return np.ascontiguousarray(clean[:, 0])
    weights = np.array(_DOWNMIX.get(channels, (1.0,) * channels))
    weights /= weights.sum()
    mono = np.zeros(len(clean))
    for channel, weight in enumerate(weights):
        mono += weight * clean[:, channel]
    return mono.astype(np.float32)


@lru_cache(maxsize=8)
def _kernel(up: int, down: int) -> Float64:
    """Windowed-sinc taps [up, 2·half + 1], one row per phase of the output sample."""
    cutoff = _ROLL_OFF * min(1.0, up / down)
    half = ceil(_ZERO_CROSSINGS / min(1.0, up / down))
    phase = np.arange(up)[:, None] / up
    t = np.arange(-half, half + 1)[None, :] - phase  # input samples from the output's place
    shape = np.i0(_KAISER_BETA * np.sqrt(np.clip(1 - (t / (half + 1)) ** 2, 0, 1)))
    taps = cutoff * np.sinc(cutoff * t) * shape / np.i0(_KAISER_BETA)
    kernel: Float64 = taps / taps.sum(axis=1, keepdims=True)
    kernel.setflags(write=False)
    return kernel


class Resampler:
    """Streaming, zero-delay on the timeline: output sample n sits at input time n·source/target.

    Each output sample is the same sum in the same order however the input is cut, so the bits do
    not depend on the chunks. Output n needs `reach` input samples beyond its own place.
    """

    def __init__(self, source: int, target: int) -> None:
        """Rates in Hz."""
        common = gcd(check_rate(source), target)
        self._up, self._down = target // common, source // common
        self._kernel = _kernel(self._up, self._down)
        self.reach = (self._kernel.shape[1] - 1) // 2  # input samples
        self._buffer = np.zeros(self.reach)  # input from `_first` on
        self._first = -self.reach  # input index of the oldest kept sample
        self._next = 0  # next output index

    def push(self, samples: Float32) -> Float32:
        """Take mono input [n]; return the output samples that are complete."""
        if self._up == self._down:
            return samples
        return self._extend(samples.astype(np.float64))

    def flush(self) -> Float32:
        """End the clip: return the samples that still miss their right side."""
        if self._up == self._down:
            return np.empty(0, np.float32)
        end = self._first + len(self._buffer)
        left = -(-end * self._up // self._down) - self._next
        return self._extend(np.zeros(self.reach + self._down))[: max(0, left)]

    def _extend(self, samples: Float64) -> Float32:
        self._buffer = np.concatenate((self._buffer, samples))
        last = self._first + len(self._buffer) - 1 - self.reach  # newest usable input place
        stop = last * self._up // self._down + 1 if last >= 0 else 0
        index = np.arange(self._next, max(self._next, stop))
        place, phase = np.divmod(index * self._down, self._up)
        start = place - self.reach - self._first
        output = np.zeros(len(index))
        for tap in range(self._kernel.shape[1]):
            output += self._kernel[phase, tap] * self._buffer[start + tap]
        self._forget(index)
        return output.astype(np.float32)

    def _forget(self, index: NDArray[np.int64]) -> None:
        if not len(index):
            return
        self._next = int(index[-1]) + 1
        oldest = self._next * self._down // self._up - self.reach
        drop = min(max(0, oldest - self._first), len(self._buffer))
        self._buffer = self._buffer[drop:]
        self._first += drop


def resample(samples: Float32, source: int, target: int) -> Float32:
    """A whole mono clip at once, the same bits as the stream."""
    stream = Resampler(source, target)
    return np.concatenate((stream.push(samples), stream.flush()))
