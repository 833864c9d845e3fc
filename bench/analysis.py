"""From recordings to figures: tone onsets, skew, delay, cross-correlation."""

import numpy as np
from numpy.typing import NDArray

from bench.browser import RATE, Recording
from bench.sound import FULL_SCALE, Sound

Float64 = NDArray[np.float64]
TONE_PERIOD_S = 1.013  # not a multiple of 40 ms, so that tones meet the frames at every phase
TONE_S = 0.22  # five frames and a half: see bench/tones.py
TONE_LEVEL = 0.15  # of full scale, a third of the tone's amplitude
LIT = 128  # mean green of a lit lamp
_QUIET_S = 0.3
_PIECE = RATE // 2
_LONGEST_DELAY = 2 * RATE
_SPOKEN_RMS = 0.02


def beeps(seconds: float, hz: float, amplitude: float, lead_s: float = 1.0) -> Float64:
    """Tones of 0.22 s, one each 1.013 s, at 48 kHz."""
    time = np.arange(round(seconds * RATE)) / RATE
    on = (time >= lead_s) & ((time - lead_s) % TONE_PERIOD_S < TONE_S)
    tone: Float64 = np.where(on, amplitude * np.sin(2 * np.pi * hz * time), 0.0)
    return tone


def tone_onsets_ms(sound: Sound) -> Float64:
    """When each tone of a sound begins."""
    loud = np.flatnonzero(np.abs(sound.samples.astype(np.int32)) > TONE_LEVEL * FULL_SCALE)
    first = np.diff(loud, prepend=-np.inf) > _QUIET_S * sound.rate
    return sound.at_ms(loud[first])


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
    tones = tone_onsets_ms(recording.remote)
    return pair(tones, flash_onsets_ms(recording), -450, 450)


def mic_to_glass_ms(recording: Recording) -> Float64:
    """From a tone in the page's microphone to its flash on the page's glass."""
    tones = tone_onsets_ms(recording.mic)
    return pair(tones, flash_onsets_ms(recording), 0, 950)


def correlation_peak(sent: Float64, heard: Float64) -> tuple[float, float]:
    """How much of what was sent is heard: median over half seconds of speech of the highest
    normalised cross-correlation, and the median delay in s.

    Short pieces, because a receiver stretches time a little while its buffer adapts.
    """
    found = [
        _best_match(sent[at : at + _PIECE], heard[at : at + _PIECE + _LONGEST_DELAY])
        for at in range(0, len(sent) - _PIECE - _LONGEST_DELAY, _PIECE)
        if np.sqrt(np.mean(sent[at : at + _PIECE] ** 2)) > _SPOKEN_RMS
    ]
    peaks, delays = zip(*found, strict=True)
    return float(np.median(peaks)), float(np.median(delays)) / RATE


def _best_match(piece: Float64, heard: Float64) -> tuple[float, int]:
    size = 1 << (len(piece) + len(heard)).bit_length()
    spectrum = np.fft.rfft(heard, size) * np.conj(np.fft.rfft(piece, size))
    products = np.fft.irfft(spectrum, size)[: len(heard) - len(piece) + 1]
    energy = np.cumsum(np.concatenate(([0.0], heard * heard)))
    scales = np.sqrt((energy[len(piece) :] - energy[: -len(piece)]) * np.sum(piece * piece))
    ratios = products / np.maximum(scales, 1e-6)
    delay = int(np.argmax(ratios))
    return float(ratios[delay]), delay


def presented_fps(recording: Recording) -> float:
    """Frames that reached the glass, per second."""
    seconds = (recording.shown_ms[-1] - recording.shown_ms[0]) / 1000
    return float((recording.presented[-1] - recording.presented[0]) / seconds)
