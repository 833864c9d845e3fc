"""The pool: in order, bounded, undismayed by failures, and gone when it is closed."""

import threading
from collections.abc import Callable
from concurrent.futures import CancelledError

import numpy as np
import pytest
from numpy.typing import NDArray

from visavis.avatars import Avatar
from visavis.engine.failures import Patience
from visavis.engine.models import GeneratorError, GeneratorModel, PoolBusyError
from visavis.engine.pool import SessionPool

Float32 = NDArray[np.float32]
ModelMaker = Callable[[Callable[[Float32, Float32], Float32]], GeneratorModel]
TEMPLATES = np.zeros((1, 3, 240, 240), np.float32)
AUDIO = np.zeros((1, 8, 1), np.float32)
MARGIN_S = 30  # far more than anything here takes


class Gate:
    """A generator that waits until it is let go; the runs of the warm-up pass."""

    def __init__(self) -> None:
        self.shut = False
        self.entered = threading.Semaphore(0)
        self.open = threading.Event()

    def __call__(self, templates: Float32, audio: Float32) -> Float32:
        if self.shut:
            self.entered.release()
            assert self.open.wait(MARGIN_S)
        return templates + np.float32(audio[0, 0, 0])


@pytest.mark.parametrize("sessions", [1, 2, 3])
def test_each_future_has_its_own_result(fake_model: ModelMaker, sessions: int) -> None:
    with SessionPool(fake_model(lambda t, a: t + a[0, 0, 0]), sessions) as pool:
        futures = [pool.submit(TEMPLATES, AUDIO + n) for n in range(20)]
        assert [float(f.result(MARGIN_S)[0, 0, 0, 0]) for f in futures] == list(range(20))
        assert (pool.counters.runs, pool.counters.frames) == (20, 20)
        assert pool.counters.busy_s > 0


def test_one_session_works_in_the_order_of_submission(fake_model: ModelMaker) -> None:
    seen: list[float] = []

    def run(templates: Float32, audio: Float32) -> Float32:
        seen.append(float(audio[0, 0, 0]))
        return templates

    with SessionPool(fake_model(run), 1) as pool:
        seen.clear()  # of the warm-up
        futures = [pool.submit(TEMPLATES, AUDIO + n) for n in range(30)]
        for future in futures:
            future.result(MARGIN_S)
    assert seen == list(range(30))


def test_sessions_work_at_the_same_time(fake_model: ModelMaker) -> None:
    gate = Gate()
    with SessionPool(fake_model(gate), 2) as pool:
        gate.shut = True
        futures = [pool.submit(TEMPLATES, AUDIO) for _ in range(2)]
        both = [gate.entered.acquire(timeout=MARGIN_S) for _ in range(2)]
        gate.open.set()
        assert both == [True, True]
        for future in futures:
            future.result(MARGIN_S)


def test_a_full_pool_refuses_at_once_and_recovers(fake_model: ModelMaker) -> None:
    gate = Gate()
    with SessionPool(fake_model(gate), 1, waiting=2) as pool:
        gate.shut = True
        futures = [pool.submit(TEMPLATES, AUDIO)]
        assert gate.entered.acquire(timeout=MARGIN_S)
        futures += [pool.submit(TEMPLATES, AUDIO) for _ in range(2)]
        for _ in range(5):
            with pytest.raises(PoolBusyError, match="pool is full"):
                pool.submit(TEMPLATES, AUDIO)
        assert pool.counters.refused == 5
        gate.open.set()
        for future in futures:
            future.result(MARGIN_S)
        pool.submit(TEMPLATES, AUDIO).result(MARGIN_S)


def test_a_cancelled_frame_is_not_generated(fake_model: ModelMaker) -> None:
    gate = Gate()
    with SessionPool(fake_model(gate), 1) as pool:
        gate.shut = True
        running = pool.submit(TEMPLATES, AUDIO)
        assert gate.entered.acquire(timeout=MARGIN_S)
        assert all(pool.submit(TEMPLATES, AUDIO).cancel() for _ in range(10))
        gate.open.set()
        running.result(MARGIN_S)
        pool.submit(TEMPLATES, AUDIO).result(MARGIN_S)
        assert pool.counters.runs == 2


def test_failures_are_counted_and_the_pool_lives(fake_model: ModelMaker) -> None:
    def run(templates: Float32, audio: Float32) -> Float32:
        if audio[0, 0, 0] < 0:
            raise RuntimeError("broken")
        return templates

    soon = Patience(pause_s=0.01, longest_pause_s=0.01)
    with SessionPool(fake_model(run), 2, patience=soon) as pool:
        for _ in range(10):
            with pytest.raises(GeneratorError, match="broken"):
                pool.submit(TEMPLATES, AUDIO - 1).result(MARGIN_S)
        assert pool.submit(TEMPLATES, AUDIO).result(MARGIN_S).shape == TEMPLATES.shape
        assert (pool.counters.failures, pool.counters.runs) == (10, 11)


def test_closing_drops_what_waits_and_ends_the_threads(fake_model: ModelMaker) -> None:
    gate = Gate()
    before = threading.active_count()
    pool = SessionPool(fake_model(gate), 1)
    gate.shut = True
    running, waiting = (pool.submit(TEMPLATES, AUDIO) for _ in range(2))
    assert gate.entered.acquire(timeout=MARGIN_S)
    closer = threading.Thread(target=pool.close)
    closer.start()
    with pytest.raises(CancelledError):
        waiting.result(MARGIN_S)
    gate.open.set()
    closer.join(MARGIN_S)
    assert running.result(MARGIN_S).shape == TEMPLATES.shape
    assert threading.active_count() == before


def test_a_generator_that_fails_at_once_is_not_opened(fake_model: ModelMaker) -> None:
    with pytest.raises(GeneratorError, match="NaN"):
        SessionPool(fake_model(lambda t, a: t * np.float32(np.nan)), 1)


def test_the_warm_up_measures_a_frame(lamp: Avatar) -> None:
    with SessionPool(lamp.generator) as pool:
        assert pool.sessions >= 1
        assert pool.frame_ms > 0
        assert pool.counters.runs == 0  # what users asked for
