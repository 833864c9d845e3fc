"""Flashes and tones in a film: how far apart they are."""

from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from bench.analysis import LIT, TONE_LEVEL, pair

Float64 = NDArray[np.float64]


def flashes_ms(path: Path) -> Float64:
    """When each flash of the lamp begins, in the film's time."""
    with av.open(str(path)) as container:
        seen = [
            (1000 * (frame.time or 0.0), float(frame.to_ndarray()[100:140, 100:140].mean()))
            for frame in container.decode(video=0)
        ]
    times, levels = np.array(seen).T
    lit = levels > LIT
    onsets: Float64 = times[1:][lit[1:] & ~lit[:-1]]
    return onsets


def tones_ms(path: Path) -> Float64:
    """When each tone begins, in the film's time."""
    with av.open(str(path)) as container:
        pieces = [(frame.time or 0.0, frame.to_ndarray()[0]) for frame in container.decode(audio=0)]
    times = np.concatenate([t + np.arange(len(part)) / 48_000 for t, part in pieces])
    loud = times[np.abs(np.concatenate([part for _, part in pieces])) > TONE_LEVEL]
    onsets: Float64 = 1000 * loud[np.diff(loud, prepend=-1.0) > 0.3]
    return onsets


def skew_ms(path: Path) -> Float64:
    """Flash minus tone, per tone: positive means that the picture is late."""
    return pair(tones_ms(path), flashes_ms(path), -400, 400)


def pictures(path: Path) -> int:
    """Frames that can be decoded."""
    with av.open(str(path)) as container:
        return sum(1 for _ in container.decode(video=0))
