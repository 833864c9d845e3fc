"""From recordings to figures: tone onsets, skew, delay, cross-correlation."""

import numpy as np
from numpy.typing import NDArray

from bench.browser import RATE, Recording

Float64 = NDArray[np.float64]
TONE_PERIOD_S = 1.013  # not a multiple of 40 ms, so that tones meet the frames at every phase
TONE_S = 0.2
TONE_LEVEL = 0.15  # of full scale, a third of the tone's amplitude
LIT = 128  # mean green of a lit lamp
_QUIET_S = 0.3


def beeps(seconds: float, hz: float, amplitude: float, lead_s: float = 1.0) -> Float64:
    """Tones of 0.2 s, one each 1.013 s, at 48 kHz."""
    time = np.arange(round(seconds * RATE)) / RATE
    on = (time >= lead_s) & ((time - lead_s) % TONE_PERIOD_S < TONE_S)
    tone: Float64 = np.where(on, amplitude * np.sin(2 * np.pi * hz * time), 0.0)
    return tone


def tone_onsets_ms(samples: Float64, start_ms: float) -> Float64:
    """When each tone of a recording begins."""
    loud = np.flatnonzero(np.abs(samples) > TONE_LEVEL)
    first = np.diff(loud, prepend=-RATE) > _QUIET_S * RATE
    return start_ms + 1000 * loud[first] / RATE


def flash_onsets_ms(recording: Recording) -> Float64:
    """When the lamp was first on the glass, each time that it lit."""
    lit = recording.level > LIT
    return recording.shown_ms[1:][lit[1:] & ~lit[:-1]]


def pair(first: Float64, second: Float64, low_ms: float, high_ms: float) -> Float64:
    """second − first for each of `first` that has a partner within [low, high]."""
    gaps = [second - t for t in first]
    inside = [g[(g >= low_ms) & (g <= high_ms)] for g in gaps]
    return np.array([g[np.argmin(np.abs(g))] for g in inside if len(g)])


def skew_ms(recording: Recording) -> Float64:
    """Flash minus tone, per tone: positive means that the picture is late."""
    tones = tone_onsets_ms(recording.remote, recording.sound_start_ms)
    return pair(tones, flash_onsets_ms(recording), -450, 450)


def mic_to_glass_ms(recording: Recording) -> Float64:
    """From a tone in the page's microphone to its flash on the page's glass."""
    tones = tone_onsets_ms(recording.mic, recording.sound_start_ms)
    return pair(tones, flash_onsets_ms(recording), 0, 950)


def correlation_peak(sent: Float64, heard: Float64) -> tuple[float, float]:
    """Highest normalised cross-correlation of two recordings of one sound, and its delay in s."""
    size = 1 << (len(sent) + len(heard) - 1).bit_length()
    product = np.fft.irfft(np.fft.rfft(heard, size) * np.conj(np.fft.rfft(sent, size)), size)
    window = product[: 2 * RATE]  # the answer comes later, by less than two seconds
    delay = int(np.argmax(window))
    a, b = sent[: len(heard) - delay], heard[delay : delay + len(sent)]
    count = min(len(a), len(b))
    a, b = a[:count], b[:count]
    scale = float(np.sqrt(np.sum(a * a) * np.sum(b * b)))
    return float(np.sum(a * b)) / max(scale, 1e-9), delay / RATE


def presented_fps(recording: Recording) -> float:
    """Frames that reached the glass, per second."""
    seconds = (recording.shown_ms[-1] - recording.shown_ms[0]) / 1000
    return float((recording.presented[-1] - recording.presented[0]) / seconds)
