"""The pool: in order, bounded, undismayed by failures, and gone when it is closed."""

import threading
from collections.abc import Callable
from concurrent.futures import CancelledError

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.conftest import MouthMaker
from tests.engine.fakes import FakeMouths, Level, first

from visavis.avatars import Avatar
from visavis.engine.failures import Patience
from visavis.engine.models import GeneratorError, PoolBusyError
from visavis.engine.pool import SessionPool

Float32 = NDArray[np.float32]
Maker = Callable[[Level], FakeMouths]
KEYS = (0,)
AUDIO = np.zeros((1, 8, 1), np.float32)
MARGIN_S = 30  # far more than anything here takes


class Gate:
    """A generator that waits until it is let go; the runs of the warm-up pass."""

    def __init__(self) -> None:
        self.shut = False
        self.entered = threading.Semaphore(0)
        self.open = threading.Event()

    def __call__(self, audio: Float32) -> Float32:
        if self.shut:
            self.entered.release()
            assert self.open.wait(MARGIN_S)
        return first(audio)


@pytest.fixture
def mouths(lamp: Avatar) -> Maker:
    return lambda level: FakeMouths(lamp.bundle, level)


@pytest.mark.parametrize("sessions", [1, 2, 3])
def test_each_future_has_its_own_result(mouths: Maker, sessions: int) -> None:
    with SessionPool(mouths(first), sessions) as pool:
        futures = [pool.submit(KEYS, AUDIO + n) for n in range(20)]
        assert [int(f.result(MARGIN_S)[0, 5]) for f in futures] == list(range(20))
        assert (pool.counters.runs, pool.counters.frames) == (20, 20)
        assert pool.counters.busy_s > 0


def test_one_session_works_in_the_order_of_submission(mouths: Maker) -> None:
    seen: list[float] = []

    def run(audio: Float32) -> Float32:
        seen.append(float(audio[0, 0, 0]))
        return first(audio)

    with SessionPool(mouths(run), 1) as pool:
        seen.clear()  # of the warm-up
        futures = [pool.submit(KEYS, AUDIO + n) for n in range(30)]
        for future in futures:
            future.result(MARGIN_S)
    assert seen == list(range(30))


def test_sessions_work_at_the_same_time(mouths: Maker) -> None:
    gate = Gate()
    with SessionPool(mouths(gate), 2) as pool:
        gate.shut = True
        futures = [pool.submit(KEYS, AUDIO) for _ in range(2)]
        both = [gate.entered.acquire(timeout=MARGIN_S) for _ in range(2)]
        gate.open.set()
        assert both == [True, True]
        for future in futures:
            future.result(MARGIN_S)


def test_a_full_pool_refuses_at_once_and_recovers(mouths: Maker) -> None:
    gate = Gate()
    with SessionPool(mouths(gate), 1, waiting=2) as pool:
        gate.shut = True
        futures = [pool.submit(KEYS, AUDIO)]
        assert gate.entered.acquire(timeout=MARGIN_S)
        futures += [pool.submit(KEYS, AUDIO) for _ in range(2)]
        for _ in range(5):
            with pytest.raises(PoolBusyError, match="pool is full"):
                pool.submit(KEYS, AUDIO)
        assert pool.counters.refused == 5
        gate.open.set()
        for future in futures:
            future.result(MARGIN_S)
        pool.submit(KEYS, AUDIO).result(MARGIN_S)


def test_a_cancelled_frame_is_not_generated(mouths: Maker) -> None:
    gate = Gate()
    with SessionPool(mouths(gate), 1) as pool:
        gate.shut = True
        running = pool.submit(KEYS, AUDIO)
        assert gate.entered.acquire(timeout=MARGIN_S)
        assert all(pool.submit(KEYS, AUDIO).cancel() for _ in range(10))
        gate.open.set()
        running.result(MARGIN_S)
        pool.submit(KEYS, AUDIO).result(MARGIN_S)
        assert pool.counters.runs == 2


def test_failures_are_counted_and_the_pool_lives(mouths: Maker) -> None:
    def run(audio: Float32) -> Float32:
        if audio[0, 0, 0] < 0:
            raise RuntimeError("broken")
        return first(audio)

    soon = Patience(pause_s=0.01, longest_pause_s=0.01)
    with SessionPool(mouths(run), 2, patience=soon) as pool:
        for _ in range(10):
            with pytest.raises(GeneratorError, match="broken"):
                pool.submit(KEYS, AUDIO - 1).result(MARGIN_S)
        assert len(pool.submit(KEYS, AUDIO).result(MARGIN_S)) == 1
        assert (pool.counters.failures, pool.counters.runs) == (10, 11)


def test_closing_drops_what_waits_and_ends_the_threads(mouths: Maker) -> None:
    gate = Gate()
    before = threading.active_count()
    pool = SessionPool(mouths(gate), 1)
    gate.shut = True
    running, waiting = (pool.submit(KEYS, AUDIO) for _ in range(2))
    assert gate.entered.acquire(timeout=MARGIN_S)
    closer = threading.Thread(target=pool.close)
    closer.start()
    with pytest.raises(CancelledError):
        waiting.result(MARGIN_S)
    gate.open.set()
    closer.join(MARGIN_S)
    assert len(running.result(MARGIN_S)) == 1
    assert threading.active_count() == before


def test_a_generator_that_fails_at_once_is_not_opened(fake_mouths: MouthMaker) -> None:
    with pytest.raises(GeneratorError, match="NaN"):
        SessionPool(fake_mouths(lambda t, a: t * np.float32(np.nan)), 1)


def test_the_warm_up_measures_a_frame(lamp: Avatar) -> None:
    with SessionPool(lamp.fast) as pool:
        assert pool.sessions >= 1
        assert pool.frame_ms > 0
        assert pool.counters.runs == 0  # what users asked for


def test_a_generator_of_fixed_batch_runs_a_long_request_in_parts(lamp: Avatar) -> None:
    model = FakeMouths(lamp.bundle, first, most=2)
    audio = np.concatenate([AUDIO + n for n in range(5)])
    with SessionPool(model, 1) as pool:
        out = np.zeros((5, model.window.planes_bytes), np.uint8)
        assert pool.submit(range(5), audio, out=out).result(MARGIN_S) is out
    assert out[:, 7].tolist() == list(range(5))
