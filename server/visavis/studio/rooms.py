"""Sounds of rooms in which nobody speaks, made from nothing: [samples] at 16 kHz, unit power."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.signal import fftconvolve, lfilter

from visavis.core.timeline import SAMPLE_RATE
from visavis.studio.augment import coloured_noise

Float32 = NDArray[np.float32]
Random = np.random.Generator
HARMONICS = 8
SCALE = (0, 2, 4, 5, 7, 9, 11, 12, 16, 19)  # half tones above the key


def levelled(sound: NDArray[np.floating]) -> Float32:
    """The same at unit power; silence stays silence."""
    power = float(np.sqrt(np.mean(np.square(sound, dtype=np.float64))))
    return (sound / max(power, 1e-9)).astype(np.float32)


def hum(samples: int, random: Random) -> Float32:
    """Mains and fans: harmonics of one low pitch over soft noise."""
    time_s = np.arange(samples) / SAMPLE_RATE
    pitch_hz = random.choice((50.0, 60.0, random.uniform(70, 220)))
    tones = np.zeros(samples)
    for k in range(1, HARMONICS + 1):
        phase = 2 * np.pi * (pitch_hz * k * time_s + random.random())
        tones += np.sin(phase) * random.random() / k
    return levelled(tones + random.uniform(0.1, 1.0) * coloured_noise(samples, random))


def keyboard(samples: int, random: Random) -> Float32:
    """Key strokes: short bright clicks, each with a duller one as the key comes up."""
    sound = np.zeros(samples + SAMPLE_RATE, np.float32)
    for _ in range(max(1, round(samples / SAMPLE_RATE * random.uniform(3, 9)))):
        at, strength = int(random.integers(0, samples)), random.uniform(0.2, 1.0)
        for delay_s, share in ((0.0, 1.0), (random.uniform(0.05, 0.12), 0.5)):
            start = at + round(delay_s * SAMPLE_RATE)
            click = _burst(random, random.uniform(0.002, 0.012), random.uniform(0.0, 0.7))
            sound[start : start + len(click)] += click * strength * share
    return levelled(sound[:samples])


def knocks(samples: int, random: Random) -> Float32:
    """Chairs, doors, steps: dull blows that ring for a moment."""
    sound = np.zeros(samples + 2 * SAMPLE_RATE, np.float32)
    for _ in range(max(1, round(samples / SAMPLE_RATE * random.uniform(0.5, 2.5)))):
        at = int(random.integers(0, samples))
        blow = _burst(random, random.uniform(0.03, 0.15), random.uniform(0.9, 0.985))
        sound[at : at + len(blow)] += blow * random.uniform(0.3, 1.0)
    return levelled(sound[:samples])


def breath(samples: int, random: Random) -> Float32:
    """Breathing in and out: noise through an open throat, swelling and fading."""
    sound = np.zeros(samples + 2 * SAMPLE_RATE, np.float32)
    at = int(random.integers(0, SAMPLE_RATE))
    while at < samples:
        length = round(random.uniform(0.25, 0.8) * SAMPLE_RATE)
        swell = np.sin(np.pi * np.arange(length) / length) ** random.uniform(1, 3)
        sound[at : at + length] += _throat_noise(length, random) * swell * random.uniform(0.4, 1.0)
        at += length + round(random.uniform(0.2, 2.0) * SAMPLE_RATE)
    return levelled(sound[:samples])


def music(samples: int, random: Random) -> Float32:
    """Chords of plucked or held tones, another one every half a second or so."""
    sound = np.zeros(samples + 4 * SAMPLE_RATE, np.float32)
    at, key_hz = 0, random.uniform(90, 220)
    while at < samples:
        length = round(random.uniform(0.2, 0.9) * SAMPLE_RATE)
        for step in random.choice(SCALE, size=3, replace=False):
            sound[at : at + 2 * length] += _tone(key_hz * 2 ** (step / 12), 2 * length, random)
        at += length
    return levelled(sound[:samples])


NOISES: tuple[Callable[[int, Random], Float32], ...] = (
    coloured_noise,
    hum,
    keyboard,
    knocks,
    breath,
    music,
)


def office(samples: int, random: Random) -> Float32:
    """One to three of the noises at once, at levels of their own."""
    picks = random.choice(len(NOISES), size=int(random.integers(1, 4)), replace=False)
    mix = np.zeros(samples, np.float32)
    for pick in picks:
        mix += NOISES[pick](samples, random) * np.float32(10 ** (random.uniform(-12, 0) / 20))
    return levelled(mix)


def far_away(voices: Float32, random: Random) -> Float32:
    """Talk behind a wall: dull, drowned in its own echo, no word left."""
    dull = lfilter([1.0], [1.0, -random.uniform(0.75, 0.92)], voices)
    time_s = np.arange(round(random.uniform(0.4, 1.2) * SAMPLE_RATE)) / SAMPLE_RATE
    echo = random.standard_normal(len(time_s)) * np.exp(-6.9 * time_s / time_s[-1])
    return levelled(fftconvolve(dull, echo)[: len(voices)])


def _burst(random: Random, decay_s: float, dullness: float) -> Float32:
    """A noise that starts at once and dies; `dullness` 0..1 takes its treble."""
    length = round(6 * decay_s * SAMPLE_RATE)
    fall = np.exp(-np.arange(length) / (decay_s * SAMPLE_RATE))
    struck: Float32 = levelled(lfilter([1.0], [1.0, -dullness], random.standard_normal(length)))
    return (struck * fall).astype(np.float32)


def _throat_noise(samples: int, random: Random) -> Float32:
    centre_hz, width_hz = random.uniform(500, 2500), random.uniform(300, 1500)
    frequency = np.fft.rfftfreq(samples, 1 / SAMPLE_RATE)
    shape = 1 / (1 + ((frequency - centre_hz) / width_hz) ** 2)
    return levelled(np.fft.irfft(np.fft.rfft(random.standard_normal(samples)) * shape, samples))


def _tone(pitch_hz: float, samples: int, random: Random) -> Float32:
    time_s = np.arange(samples) / SAMPLE_RATE
    fall = np.exp(-time_s * random.uniform(0.5, 6.0)) * np.minimum(1, time_s / 0.01)
    rich = random.uniform(0.5, 2.0)
    turn = np.exp(2j * np.pi * pitch_hz * time_s)
    wave, tone = turn, turn.imag.copy()
    for k in range(2, HARMONICS + 1):
        if pitch_hz * k > SAMPLE_RATE / 2:
            break
        wave = wave * turn
        tone += wave.imag / k**rich
    return np.asarray(tone * fall, np.float32)
