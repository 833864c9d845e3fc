"""Room, microphone and neighbours: changes to speech that leave its timing alone."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.signal import fftconvolve

from visavis.core.timeline import SAMPLE_RATE

Float32 = NDArray[np.float32]
BABBLE_VOICES = 4


def coloured_noise(samples: int, random: np.random.Generator) -> Float32:
    """Noise of unit power whose spectrum falls by 0 to 9 dB per octave."""
    spectrum = np.fft.rfft(random.standard_normal(samples))
    fall = np.maximum(np.arange(len(spectrum)), 1) ** -random.uniform(0.0, 1.5)
    fall[0] = 0.0
    noise = np.fft.irfft(spectrum * fall, samples)
    return (noise / max(float(noise.std()), 1e-9)).astype(np.float32)


def babble(others: Sequence[Float32], samples: int, random: np.random.Generator) -> Float32:
    """Several other speakers at once, unit power."""
    mix = np.zeros(samples, np.float32)
    for pick in random.integers(0, len(others), BABBLE_VOICES):
        start = int(random.integers(0, len(others[pick])))
        mix += np.resize(np.roll(others[pick], -start), samples)
    return mix / max(float(mix.std()), 1e-6)


def at_snr(speech: Float32, noise: Float32, snr_db: float) -> Float32:
    """Add noise of unit power, measured against the louder parts of the speech."""
    level = np.sqrt(np.mean(np.square(speech))) + 1e-5
    return speech + noise * np.float32(level * 10 ** (-snr_db / 20))


def band_limited(pcm: Float32, random: np.random.Generator) -> Float32:
    """A narrow microphone or line: zero-phase, so that nothing moves in time."""
    low, high = random.uniform(40, 300), random.uniform(3200, 7800)
    frequency = np.fft.rfftfreq(len(pcm), 1 / SAMPLE_RATE)
    keep = 1 / (1 + (low / np.maximum(frequency, 1.0)) ** 4)
    keep = keep / (1 + (frequency / high) ** 12)
    limited: Float32 = np.fft.irfft(np.fft.rfft(pcm) * keep, len(pcm)).astype(np.float32)
    return limited


def reverberant(pcm: Float32, random: np.random.Generator) -> Float32:
    """A small room: the direct sound stays first and strongest."""
    decay_s, wet = random.uniform(0.1, 0.6), random.uniform(0.05, 0.7)
    time = np.arange(round(decay_s * SAMPLE_RATE)) / SAMPLE_RATE
    tail = random.standard_normal(len(time)) * np.exp(-6.9 * time / decay_s)
    tail *= wet / np.sqrt(np.square(tail).sum())
    tail[0] = 1.0
    wet_pcm: Float32 = fftconvolve(pcm, tail)[: len(pcm)].astype(np.float32)
    return wet_pcm
