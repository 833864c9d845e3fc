"""Sounds to disturb a listener with, the same for the same seed: an office, and noise at a level.

Training uses other noises; these are made here for the score alone.
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from visavis.core.timeline import FRAME_SAMPLES, SAMPLE_RATE

Float32 = NDArray[np.float32]
Float64 = NDArray[np.float64]
Sound = Float32 | Float64
Gain = Callable[[Float64], Float64]  # of frequencies in hertz
OFFICE_DBFS = -45.0
ACTIVE_DB = 30.0  # frames so far below the loudest are pauses
MURMUR_VOICES = 5


def at_snr(speech: Float32, noise: Sound, snr_db: float) -> Float32:
    """Add noise to speech, whose level is that of its spoken frames."""
    frames = speech[: len(speech) // FRAME_SAMPLES * FRAME_SAMPLES].reshape(-1, FRAME_SAMPLES)
    power = np.square(frames, dtype=np.float64).mean(1)
    active = power[power > power.max() * 10 ** (-ACTIVE_DB / 10)].mean()
    wanted = np.sqrt(active * 10 ** (-snr_db / 10))
    scaled = noise.astype(np.float64) * (wanted / max(_rms(noise), 1e-9))
    mixed: Float32 = np.clip(speech + scaled, -1, 1).astype(np.float32)
    return mixed


def pink(samples: int, random: np.random.Generator) -> Float64:
    """Noise that falls by 3 dB per octave, unit power."""
    return _shaped(samples, random, lambda hz: 1 / np.sqrt(np.maximum(hz, 40.0)))


def office(samples: int, speech: Sequence[Float32], seed: int = 0) -> Float32:
    """Ventilation and hum, a keyboard, chairs, and people far away, −45 dB of full scale.

    The people say `speech` backwards through a wall: the melody of talk, none of its words.
    """
    random = np.random.default_rng(seed)
    parts = [
        0.6 * _shaped(samples, random, lambda hz: 1 / np.maximum(hz, 60.0)),
        0.2 * _hum(samples),
        0.6 * _keyboard(samples, random),
        0.3 * _chairs(samples, random),
        0.35 * _murmur(samples, speech, random),
    ]
    mix = np.sum(parts, 0)
    levelled: Float32 = (mix * (10 ** (OFFICE_DBFS / 20) / _rms(mix))).astype(np.float32)
    return levelled


def _rms(sound: Sound) -> float:
    return float(np.sqrt(np.mean(np.square(sound, dtype=np.float64))))


def _shaped(samples: int, random: np.random.Generator, gain: Gain) -> Float64:
    hertz = np.fft.rfftfreq(samples, 1 / SAMPLE_RATE)
    spectrum = np.fft.rfft(random.standard_normal(samples)) * gain(np.asarray(hertz, np.float64))
    noise: Float64 = np.asarray(np.fft.irfft(spectrum, samples), np.float64)
    return noise / _rms(noise)


def _hum(samples: int) -> Float64:
    time = np.arange(samples) / SAMPLE_RATE
    tones = [np.sin(2 * np.pi * 50 * n * time) / n for n in (1, 2, 3, 5)]
    return np.asarray(np.sum(tones, 0), np.float64)


def _bursts(
    samples: int, random: np.random.Generator, per_s: float, length_s: float, band: Gain
) -> Float64:
    """Short fading stretches of noise at random times, unit power while they last."""
    sound = np.zeros(samples)
    length = round(length_s * SAMPLE_RATE)
    fade = np.exp(-5 * np.arange(length) / length)
    count = max(1, round(per_s * samples / SAMPLE_RATE))
    for start in random.integers(0, max(1, samples - length), count):
        burst = _shaped(length, random, band) * fade * random.uniform(0.4, 1.0)
        sound[start : start + length] += burst[: samples - start]
    return sound


def _keyboard(samples: int, random: np.random.Generator) -> Float64:
    return _bursts(samples, random, 6, 0.03, lambda hz: np.exp(-(((hz - 3000) / 2000) ** 2)))


def _chairs(samples: int, random: np.random.Generator) -> Float64:
    return _bursts(samples, random, 0.4, 0.35, lambda hz: np.exp(-(((hz - 400) / 300) ** 2)))


def _murmur(samples: int, speech: Sequence[Float32], random: np.random.Generator) -> Float64:
    mix = np.zeros(samples)
    for clip in speech[:MURMUR_VOICES]:
        mix += np.resize(np.roll(clip[::-1], int(random.integers(len(clip)))), samples)
    hertz = np.fft.rfftfreq(samples, 1 / SAMPLE_RATE)
    wall = 1 / (1 + (hertz / 700) ** 4)
    muffled = np.fft.irfft(np.fft.rfft(mix) * wall, samples)
    return muffled / max(_rms(muffled), 1e-9)
