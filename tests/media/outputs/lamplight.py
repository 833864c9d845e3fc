"""A film of flashes with their tones, and what is left of both in a file."""

import time
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from visavis.core.compositor import Frame, new_frame, planes
from visavis.media.outputs.coded import Coded, Streams
from visavis.media.outputs.programme import Programme
from visavis.media.outputs.sink import Sink

Float32 = NDArray[np.float32]
SIDE = 64
PERIOD = 20  # frames from flash to flash
_LIT = 5  # frames
_TIME = np.arange(1920) / 48_000
TONE = (0.5 * np.sin(2 * np.pi * 1000 * _TIME)).astype(np.float32)
SILENCE = np.zeros(1920, np.float32)


def picture(tick: int) -> Frame:
    """White while a flash lasts; a stripe moves, so that no two pictures are alike."""
    frame = new_frame(SIDE, SIDE)
    frame[:] = 128
    luma = planes(frame)[0]
    luma[:] = 220 if tick % PERIOD < _LIT else 30
    luma[tick % SIDE] = 128
    return frame


def sound(tick: int) -> Float32:
    return TONE if tick % PERIOD < _LIT else SILENCE


def play(programme: Programme, *ticks: int) -> None:
    """Release these ticks, as fast as they are encoded."""
    for tick in ticks:
        while programme._waiting.full():
            time.sleep(0.001)
        programme.release(tick, picture(tick), sound(tick))


class Collector(Sink):
    """Keeps what it is given."""

    def __init__(self, streams: Streams) -> None:
        super().__init__("collector", streams)
        self.coded: list[Coded] = []

    def _work(self) -> str:
        self.coded.extend(self._packets())
        return ""


def flashes_s(path: Path) -> list[float]:
    """When each flash of a film begins."""
    with av.open(str(path)) as container:
        seen = [
            (f.time or 0.0, f.to_ndarray()[: SIDE // 2].mean()) for f in container.decode(video=0)
        ]
    lit = [(time, level > 128) for time, level in seen]
    return [
        t for (_, before), (t, now) in zip([(0, False), *lit], lit, strict=False) if now > before
    ]


def tones_s(path: Path) -> list[float]:
    """When each tone of a film begins."""
    with av.open(str(path)) as container:
        pieces = [(f.time or 0.0, f.to_ndarray()[0]) for f in container.decode(audio=0)]
    times = np.concatenate([t + np.arange(len(p)) / 48_000 for t, p in pieces])
    loud = times[np.abs(np.concatenate([p for _, p in pieces])) > 0.2]
    return [float(t) for t in loud[np.diff(loud, prepend=-1.0) > 0.3]]


def frames(path: Path) -> int:
    """Pictures that can be decoded."""
    with av.open(str(path)) as container:
        return sum(1 for _ in container.decode(video=0))
