"""What happens beyond the capacity, and when a session of the pool hangs or fails."""

import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bench.streams import Run, Talker, talk
from visavis.avatars import Avatar
from visavis.core.bundle import Bundle
from visavis.core.region import Region
from visavis.engine.generator import MouthGenerator, MouthModel
from visavis.engine.models import GeneratorError
from visavis.engine.plan import Plan
from visavis.engine.pool import SessionPool
from visavis.engine.request import Float32, Planes

_BEFORE_S, _AFTER_S = 4.0, 6.0


def overload(avatar: Avatar, plan: Plan, capacity: int, seconds: float) -> dict[str, float]:
    """Twenty per cent more streams than capacity, of which the surplus leaves after `seconds`."""
    count = max(capacity + 1, round(1.2 * capacity))
    marks: list[float] = []
    touched: list[NDArray[np.int64]] = []  # samples filled or dropped, at begin and end

    def script(talkers: list[Talker]) -> Iterator[float]:
        marks.append(time.monotonic())
        touched.append(_touched(talkers))
        yield seconds
        touched.append(_touched(talkers))
        for talker in talkers[max(1, capacity * 3 // 4) :]:
            talker.leave()
        marks.append(time.monotonic())
        yield _AFTER_S

    with SessionPool(avatar.fast, plan) as pool:
        calm = talk(avatar, pool, 1, _BEFORE_S)
        run = talk(avatar, pool, count, seconds + _AFTER_S, during=script, keep_sound=True)
    begin_s, end_s = marks
    stayed = [talker for talker in run.talkers if not talker.left]
    delays = [_lateness_ms(talker, begin_s, end_s) for talker in run.talkers]
    calm_ms = float(np.percentile(_lateness_ms(calm.talkers[0], calm.since_s, calm.until_s), 50))
    rungs = [_between(t.trace.rung, t.trace.due_s, begin_s, end_s) for t in run.talkers]
    return {
        "overload_streams": float(count),
        "overload_latency_ms": float(np.percentile(np.concatenate(delays), 99)) - calm_ms,
        "overload_audio_lost_ms": float(np.max(touched[1] - touched[0])) / 48,
        "overload_audio_lost_median_ms": float(np.median(touched[1] - touched[0])) / 48,
        "overload_fps": min(_rate(t.trace.released_s, begin_s, end_s) for t in run.talkers),
        "overload_mouth_fps": _mouths(run, begin_s, end_s),
        "overload_lowest_rung": float(max(rung.max(initial=0) for rung in rungs)),
        "overload_back_s": max(_back_s(talker, end_s) for talker in stayed),
    }


def _lateness_ms(talker: Talker, begin_s: float, end_s: float) -> NDArray[np.float64]:
    """How long after its tick was due each frame was released with its sound."""
    rows = zip(talker.trace.due_s, talker.trace.released_s, strict=False)
    late = [1000 * (out - due) for due, out in rows if begin_s <= due < end_s]
    return np.array(late)


def _between(
    values: Sequence[int], times: Sequence[float], begin_s: float, end_s: float
) -> NDArray[np.int64]:
    return np.array([v for v, t in zip(values, times, strict=False) if begin_s <= t < end_s])


def _rate(times: Sequence[float], begin_s: float, end_s: float) -> float:
    return sum(begin_s <= t < end_s for t in times) / (end_s - begin_s)


def _mouths(run: Run, begin_s: float, end_s: float) -> float:
    """New mouths a second of a stream, on average."""
    made = [_between(t.trace.generated, t.trace.due_s, begin_s, end_s) for t in run.talkers]
    return float(np.mean([(m[-1] - m[0]) / (end_s - begin_s) for m in made if len(m)]))


def _touched(talkers: Sequence[Talker]) -> NDArray[np.int64]:
    """Samples that each stream has filled or dropped so far; its first fill is not of the load."""
    counters = [talker.ingest.counters for talker in talkers]
    return np.array([c.filled + c.dropped for c in counters])


def _back_s(talker: Talker, end_s: float) -> float:
    """From the end of the overload to the last frame that was not on the highest rung."""
    rows = zip(talker.trace.due_s, talker.trace.rung, strict=False)
    low = [due - end_s for due, rung in rows if due >= end_s and rung]
    return max(low, default=0.0)


class Trouble:
    """Lets sessions of a pool hang or fail, on request."""

    def __init__(self) -> None:
        self.mood = ""
        self.let_go = threading.Event()


@dataclass
class TroubledModel:
    """A model whose sessions do what `trouble` says, once each time."""

    model: MouthModel
    trouble: Trouble

    @property
    def bundle(self) -> Bundle:
        return self.model.bundle

    @property
    def window(self) -> Region:
        return self.model.window

    def open(self, threads: int = 1) -> MouthGenerator:
        return _Troubled(self.model.open(threads), self.trouble)


class _Troubled:
    def __init__(self, generator: MouthGenerator, trouble: Trouble) -> None:
        self._generator = generator
        self._trouble = trouble
        self.most = generator.most

    def generate(self, keys: Sequence[int], audio: Float32, out: Planes) -> None:
        mood, self._trouble.mood = self._trouble.mood, ""
        if mood == "hang":
            self._trouble.let_go.wait(30)
        if mood == "raise":
            raise GeneratorError("killed")
        self._generator.generate(keys, audio, out)


def kill_sessions(avatar: Avatar, plan: Plan, streams: int = 2) -> dict[str, float]:
    """Hang one pooled session of a live pool, then kill one: the longest time that any viewer saw
    the same picture."""
    trouble = Trouble()

    def script(talkers: list[Talker]) -> Iterator[float]:
        for mood in ("hang", "raise", "hang"):
            yield 1.5
            trouble.mood = mood
        yield 1.5

    with SessionPool(TroubledModel(avatar.fast, trouble), plan) as pool:
        run = talk(avatar, pool, streams, 7.0, during=script)
        replaced = pool.counters.replaced
        trouble.let_go.set()
    gaps = []
    for talker in run.talkers:
        rows = zip(talker.trace.released_s, talker.trace.new, strict=True)
        changed = [released for released, new in rows if new and released >= run.since_s]
        gaps += np.diff(changed).tolist()
    return {
        "session_kill_freeze_ms": 1000 * max(gaps),
        "session_kill_replaced": float(replaced),
        "session_kill_frames_missed": float(run.mouths_missed),
    }
