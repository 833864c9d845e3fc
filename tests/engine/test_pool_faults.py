"""Sessions that hang, raise or find nonsense: replaced, while the others go on."""

import threading
import time
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.engine.fakes import FakeMouths, Level, first

from visavis.avatars import Avatar
from visavis.engine.failures import Patience
from visavis.engine.models import GeneratorError
from visavis.engine.plan import Plan
from visavis.engine.pool import SessionPool
from visavis.engine.request import LateError
from visavis.engine.watch import HungError

Float32 = NDArray[np.float32]
Maker = Callable[[Level], FakeMouths]
KEYS = (0,)
AUDIO = np.zeros((1, 8, 1), np.float32)
MARGIN_S = 30  # far more than anything here takes
HURRY_S = 10.0  # a deadline that nothing here misses
QUICK = Patience(lease_s=0.6, pause_s=0.05, longest_pause_s=0.05)


class Trap:
    """A generator that, for audio below zero, does what it is told: hang or raise."""

    def __init__(self) -> None:
        self.open = threading.Event()
        self.entered = threading.Event()

    def __call__(self, audio: Float32) -> Float32:
        moods = first(audio)
        if (moods == -1).any():
            self.entered.set()
            self.open.wait(MARGIN_S)
        if (moods == -2).any():
            raise RuntimeError("broken")
        if (moods == -3).any():
            raise GeneratorError("the generator returned NaN or infinity")
        return np.maximum(moods, 0)


@pytest.fixture
def mouths(lamp: Avatar) -> Maker:
    return lambda level: FakeMouths(lamp.bundle, level)


@pytest.fixture
def trap() -> Iterator[Trap]:
    trap = Trap()
    yield trap
    trap.open.set()
    deadline = time.monotonic() + MARGIN_S
    while any(thread.name.startswith("generator-") for thread in threading.enumerate()):
        assert time.monotonic() < deadline, "a hung session's thread has not ended"
        time.sleep(0.01)


def test_a_hung_session_is_replaced_while_others_go_on(trap: Trap, mouths: Maker) -> None:
    with SessionPool(mouths(trap), 2, patience=QUICK) as pool:
        out = np.zeros((1, 96), np.uint8)
        hung = pool.submit(KEYS, AUDIO - 1, within_s=HURRY_S, out=out)
        assert trap.entered.wait(MARGIN_S)
        meanwhile = pool.submit(KEYS, AUDIO + 5, within_s=HURRY_S)
        assert meanwhile.result(MARGIN_S)[0, 0] == 5
        with pytest.raises(HungError, match="has not answered"):
            hung.result(MARGIN_S)
        assert (pool.counters.failures, pool.counters.replaced) == (1, 1)
        trap.entered.clear()
        both = [pool.submit(KEYS, AUDIO + n, within_s=HURRY_S) for n in range(8)]
        assert [int(f.result(MARGIN_S)[0, 0]) for f in both] == list(range(8))
        trap.open.set()
        assert not out.any(), "a session that was given up wrote into its caller's buffer"


def test_the_only_session_is_replaced_within_five_seconds(trap: Trap, mouths: Maker) -> None:
    with SessionPool(mouths(trap), 1) as pool:
        hung = pool.submit(KEYS, AUDIO - 1, within_s=HURRY_S)
        assert trap.entered.wait(MARGIN_S)
        waiting = pool.submit(KEYS, AUDIO + 3, within_s=5.0)
        assert waiting.result(MARGIN_S)[0, 0] == 3
        assert isinstance(hung.exception(0), HungError)


@pytest.mark.parametrize("mood", [-2, -3])
def test_a_session_that_fails_is_replaced(trap: Trap, mouths: Maker, mood: int) -> None:
    with SessionPool(mouths(trap), 1, patience=QUICK) as pool:
        with pytest.raises(GeneratorError):
            pool.submit(KEYS, AUDIO + mood).result(MARGIN_S)
        assert pool.submit(KEYS, AUDIO + 2).result(MARGIN_S)[0, 0] == 2
        assert pool.counters.replaced == 1
        assert pool.well


def test_three_failures_in_a_minute_make_it_unwell(trap: Trap, mouths: Maker) -> None:
    now_s = [0.0]
    pool = SessionPool(mouths(trap), 1, patience=QUICK, clock=lambda: now_s[0])
    with pool:
        for expected in (True, True, False):
            with pytest.raises(GeneratorError, match="broken"):
                pool.submit(KEYS, AUDIO - 2).result(MARGIN_S)
            assert pool.well is expected
        now_s[0] = 61.0
        assert pool.well


def test_a_session_that_cannot_be_opened_again_is_tried_again(
    trap: Trap, mouths: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = mouths(trap)
    with SessionPool(model, 1, patience=QUICK) as pool:
        opened = FakeMouths.open
        tries = []

        def open_at_third(self: FakeMouths, threads: int = 1) -> FakeMouths:
            tries.append(threads)
            if len(tries) < 3:
                raise RuntimeError("no memory")
            return opened(self, threads)

        monkeypatch.setattr(FakeMouths, "open", open_at_third)
        with pytest.raises(GeneratorError, match="broken"):
            pool.submit(KEYS, AUDIO - 2).result(MARGIN_S)
        assert pool.submit(KEYS, AUDIO + 4).result(MARGIN_S)[0, 0] == 4
        assert len(tries) == 3
        assert not pool.well


def test_a_frame_that_cannot_be_in_time_is_dropped(trap: Trap, mouths: Maker) -> None:
    with SessionPool(mouths(trap), 1) as pool:
        pool.submit(KEYS, AUDIO - 1)
        assert trap.entered.wait(MARGIN_S)
        late = pool.submit(KEYS, AUDIO, within_s=0.001)
        time.sleep(0.01)
        trap.open.set()
        with pytest.raises(LateError):
            late.result(MARGIN_S)
        assert pool.counters.late == 1
        assert pool.counters.failures == 0


def test_several_streams_share_a_run(trap: Trap, mouths: Maker) -> None:
    with SessionPool(mouths(trap), Plan(1, batch=4)) as pool:
        pool.submit(KEYS, AUDIO - 1)
        assert trap.entered.wait(MARGIN_S)
        futures = [pool.submit(KEYS, AUDIO + n, within_s=HURRY_S) for n in range(6)]
        trap.open.set()
        assert [int(f.result(MARGIN_S)[0, 0]) for f in futures] == list(range(6))
        assert (pool.counters.runs, pool.counters.frames) == (3, 7)


def test_who_speaks_is_served_before_who_does_not(trap: Trap, mouths: Maker) -> None:
    seen: list[float] = []

    def level(audio: Float32) -> Float32:
        seen.append(float(first(audio)[0]))
        return trap(audio)

    with SessionPool(mouths(level), 1) as pool:
        pool.submit(KEYS, AUDIO - 1)
        assert trap.entered.wait(MARGIN_S)
        seen.clear()
        asked = [(1, 9.0, False), (2, 30.0, True), (3, 20.0, True)]
        futures = [
            pool.submit(KEYS, AUDIO + n, within_s=within_s, speaking=speaking)
            for n, within_s, speaking in asked
        ]
        trap.open.set()
        for future in futures:
            future.result(MARGIN_S)
    assert seen == [3, 2, 1]
