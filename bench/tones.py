"""Tones that a page heard and flashes that it showed: when each began and ended, and what went on
around it.

A lamp's flash begins with a frame, a tone does not: one edge alone is up to 20 ms off, whatever the
stream is like. A tone lasts five frames and a half, so the errors of its two edges are opposite,
and the middle of the flash against the middle of the tone is within 10 ms of the truth. A frame
waits up to 17 ms for the display, in a pattern that five frames fill: where the flash is on the
glass follows from its place in the stream, by RTP time, and how late its frames were on average.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bench.analysis import LIT, TONE_LEVEL, TONE_PERIOD_S
from bench.sound import FULL_SCALE, Sound

Float64 = NDArray[np.float64]
FREEZE_MS = 60.0  # without a new picture on the glass
_STALL_MS = 100.0  # the same: two frames or more never came, or late
_RECOVERY_MS = 2000.0  # what a stall may take to be over
_QUIET_S = 0.3  # between two tones
_RTP_KHZ = 90
_RTP_WRAP = 2.0**32
_NEAR_MS = 450.0  # the farthest that tone and flash may be apart


@dataclass(frozen=True)
class Spans:
    """Things that begin and end, in ms of the page's clock."""

    begin_ms: Float64
    end_ms: Float64

    @property
    def middle_ms(self) -> Float64:
        return (self.begin_ms + self.end_ms) / 2


def tones(sound: Sound) -> Spans:
    """When each whole tone was handed on."""
    samples = sound.samples.astype(np.int32)
    loud = np.flatnonzero(np.abs(samples) > TONE_LEVEL * FULL_SCALE)
    quiet = _QUIET_S * sound.rate
    first = loud[np.diff(loud, prepend=-np.inf) > quiet]
    last = loud[np.diff(loud, append=np.inf) > quiet]
    whole = (first > quiet) & (last < len(samples) - quiet)
    return Spans(sound.at_ms(first[whole]), sound.at_ms(last[whole]))


@dataclass(frozen=True)
class Flashes:
    """The lamp's, whole ones only, and whether the page saw what each was like."""

    spans: Spans  # on the glass
    middle_ms: Float64  # by RTP time and the mean lateness of the frames
    frozen: NDArray[np.bool_]
    rows: NDArray[np.intp]  # of the first lit frame


def flashes(frames: Float64) -> Flashes:
    """`frames`: see `onFrame` in measure.js. A flash is frozen if a frame at an edge of it was
    never seen or 60 ms late, or if the picture stood still for 100 ms in it or in the two seconds
    before it."""
    shown_ms, presented = frames[:, 0], frames[:, 1]
    begin, end = _lit_spans(frames[:, 2] > LIT, shown_ms)
    steps = np.diff(presented, prepend=presented[0] - 1)
    gaps = np.diff(shown_ms, prepend=shown_ms[0])
    late = (steps > 1) | (gaps > FREEZE_MS)
    media_ms = np.unwrap(frames[:, 6], period=_RTP_WRAP) / _RTP_KHZ
    lateness = np.concatenate(([0.0], np.cumsum(shown_ms - media_ms)))
    mean = (lateness[end] - lateness[begin]) / (end - begin)
    middle_ms = (media_ms[begin] + media_ms[end]) / 2 + mean
    spans = Spans(shown_ms[begin], shown_ms[end])
    stalls = shown_ms[gaps > _STALL_MS]
    frozen = late[begin] | late[end] | follows(spans, stalls)
    return Flashes(spans, middle_ms, frozen, begin)


def _lit_spans(
    lit: NDArray[np.bool_], shown_ms: Float64
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """First lit and first dark frames. A tone with a gap, because the microphone came late, is one
    tone, and its flash one flash."""
    turns = np.flatnonzero(lit[1:] != lit[:-1]) + 1
    turns = turns[1:] if len(turns) and not lit[turns[0]] else turns
    begin, end = turns[0::2], turns[1::2]
    begin = begin[: len(end)]
    apart = shown_ms[begin[1:]] - shown_ms[end[:-1]] > 1000 * _QUIET_S
    return begin[np.concatenate(([True], apart))], end[np.concatenate((apart, [True]))]


def follows(spans: Spans, stalls_ms: Float64) -> NDArray[np.bool_]:
    """Whether there was a stall in each span or in the two seconds before it."""
    first = np.searchsorted(stalls_ms, spans.begin_ms - _RECOVERY_MS)
    return np.asarray(np.searchsorted(stalls_ms, spans.end_ms, side="right") > first)


@dataclass(frozen=True)
class Skews:
    """Flash minus tone, per tone, in ms: positive means that the picture is late."""

    heard_ms: Float64  # when the tone began, at the ear
    middle_ms: Float64
    begin_ms: Float64
    end_ms: Float64
    frozen: NDArray[np.bool_]
    rows: NDArray[np.intp]  # of the first lit frame

    def longest_s(self, limit_ms: float) -> float:
        """How long picture and sound were so far apart at most; one tone counts for a period."""
        apart = np.abs(self.middle_ms) >= limit_ms
        runs = np.flatnonzero(np.diff(np.concatenate(([0], apart.astype(int), [0]))))
        starts, ends = runs[0::2], runs[1::2] - 1
        if not len(starts):
            return 0.0
        return float((self.heard_ms[ends] - self.heard_ms[starts]).max()) / 1000 + TONE_PERIOD_S

    @property
    def clear_ms(self) -> Float64:
        """Of the tones that are not frozen."""
        return self.middle_ms[~self.frozen]


def skews(heard: Spans, shown: Flashes, gaps_ms: Float64) -> Skews:
    """Each tone and the flash nearest to it. A tone without one is left out; `gaps_ms` is when the
    browser had no sound to play."""
    middles = shown.middle_ms
    near = np.abs(middles[None] - heard.middle_ms[:, None]).argmin(axis=1)
    kept = np.abs(middles[near] - heard.middle_ms) < _NEAR_MS
    near = near[kept]
    return Skews(
        heard.begin_ms[kept],
        middles[near] - heard.middle_ms[kept],
        shown.spans.begin_ms[near] - heard.begin_ms[kept],
        shown.spans.end_ms[near] - heard.end_ms[kept],
        shown.frozen[near] | follows(heard, gaps_ms)[kept],
        shown.rows[near],
    )


def farthest(values: Float64) -> float:
    """The one farthest from zero; NaN if there is none."""
    return float(values[np.argmax(np.abs(values))]) if len(values) else float("nan")
