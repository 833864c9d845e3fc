"""What happens beyond the capacity, and when a session of the pool hangs or fails."""

import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bench.heard import BLOCK, compare
from bench.speakers import voice_of
from bench.streams import Run, Talker, talk
from visavis.avatars import Avatar
from visavis.core.bundle import Bundle
from visavis.core.region import Region
from visavis.core.timeline import FRAME_OUTPUT_SAMPLES, FRAME_S, OUTPUT_RATE
from visavis.engine.generator import MouthGenerator, MouthModel
from visavis.engine.models import GeneratorError
from visavis.engine.plan import Plan
from visavis.engine.pool import SessionPool
from visavis.engine.request import Float32, Planes

_BEFORE_S, _AFTER_S = 4.0, 6.0
_SETTLE_S = 3.0  # until the buffers have filled


def overload(avatar: Avatar, plan: Plan, capacity: int, seconds: float) -> dict[str, float]:
    """Twenty per cent more streams than capacity, of which the surplus leaves after `seconds`."""
    count = max(capacity + 1, round(1.2 * capacity))
    marks: list[float] = []

    def script(talkers: list[Talker]) -> Iterator[float]:
        marks.append(time.monotonic())
        yield seconds
        for talker in talkers[max(1, capacity * 3 // 4) :]:
            talker.leave()
        marks.append(time.monotonic())
        yield _AFTER_S

    with SessionPool(avatar.fast, plan) as pool:
        calm = talk(avatar, pool, 1, _BEFORE_S, keep_sound=True)
        whole_s = seconds + _AFTER_S
        run = talk(avatar, pool, count, whole_s, settle_s=_SETTLE_S, during=script, keep_sound=True)
    begin_s, end_s = marks
    stayed = [talker for talker in run.talkers if not talker.left]
    listened = [_Listened(talker, number, begin_s) for number, talker in enumerate(run.talkers)]
    calm_heard = _Listened(calm.talkers[0], 0, calm.since_s)
    touched_ms = [one.heard.touched_ms for one in listened]
    rungs = [_between(t.trace.rung, t.trace.due_s, begin_s, end_s) for t in run.talkers]
    return {
        "overload_streams": float(count),
        "overload_latency_ms": _added([one.late_ms for one in listened], calm_heard.late_ms),
        "overload_voice_delay_ms": _added([one.delay_ms for one in listened], calm_heard.delay_ms),
        "overload_audio_lost_ms": max(touched_ms),
        "overload_audio_lost_median_ms": float(np.median(touched_ms)),
        "overload_speaker_late_ms": 1000 * max(t.ear.speaker_late_s for t in run.talkers),
        "overload_fps": min(_rate(t.trace.released_s, begin_s, end_s) for t in run.talkers),
        "overload_mouth_fps": _mouths(run, begin_s, end_s),
        "overload_lowest_rung": float(max(rung.max(initial=0) for rung in rungs)),
        "overload_back_s": max(_back_s(talker, end_s) for talker in stayed),
    }


class _Listened:
    """What was heard of a talker from `since_s` to his end, beside what he said. The time
    in which buffers fill is not looked at."""

    def __init__(self, talker: Talker, number: int, since_s: float) -> None:
        trace = talker.trace
        due_s = trace.first_s + FRAME_S * np.array(trace.tick)
        first = int(np.searchsorted(due_s, since_s))
        heard_s = np.array(trace.heard_s)[first:]
        begun_s = talker.ear.begun_s
        assert begun_s is not None
        about = round((heard_s[0] - begun_s) * OUTPUT_RATE)
        self.late_ms = 1000 * (heard_s - due_s[first:])  # from a tick to its release
        self.heard = compare(np.concatenate(trace.sound[first:]), voice_of(number), about)
        blocks, places = np.array(self.heard.blocks), np.array(self.heard.places)
        out_s = heard_s[blocks * BLOCK // FRAME_OUTPUT_SAMPLES]
        self.delay_ms = 1000 * (out_s - begun_s - places / OUTPUT_RATE)  # from mouth to release


def _added(loaded: Sequence[NDArray[np.float64]], calm: NDArray[np.float64]) -> float:
    """What the load has added: its 99th percentile over the median of one alone."""
    return float(np.percentile(np.concatenate(loaded), 99) - np.median(calm))


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
