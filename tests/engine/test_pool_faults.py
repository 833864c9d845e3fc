"""Sessions that hang, raise or return nonsense: replaced, while the others go on."""

import threading
import time
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from numpy.typing import NDArray

from visavis.engine.failures import Patience
from visavis.engine.models import GeneratorError, GeneratorModel
from visavis.engine.pool import SessionPool
from visavis.engine.request import LateError
from visavis.engine.watch import HungError

Float32 = NDArray[np.float32]
FakeRun = Callable[[Float32, Float32], Float32]
ModelMaker = Callable[[FakeRun], GeneratorModel]
TEMPLATES = np.zeros((1, 3, 240, 240), np.float32)
AUDIO = np.zeros((1, 8, 1), np.float32)
MARGIN_S = 30  # far more than anything here takes
HURRY_S = 10.0  # a deadline that nothing here misses
QUICK = Patience(lease_s=0.2, pause_s=0.05, longest_pause_s=0.05)


class Trap:
    """A generator that, for audio below zero, does what it is told: hang, raise, or lie."""

    def __init__(self) -> None:
        self.open = threading.Event()
        self.entered = threading.Event()

    def __call__(self, templates: Float32, audio: Float32) -> Float32:
        mood = float(audio[0, 0, 0])
        if mood == -1:
            self.entered.set()
            self.open.wait(MARGIN_S)
        if mood == -2:
            raise RuntimeError("broken")
        if mood == -3:
            return templates * np.float32(np.nan)
        if mood == -4:
            return templates[:, :1]
        return templates + np.float32(mood)


@pytest.fixture
def trap() -> Iterator[Trap]:
    trap = Trap()
    yield trap
    trap.open.set()
    deadline = time.monotonic() + MARGIN_S
    while any(thread.name.startswith("generator-") for thread in threading.enumerate()):
        assert time.monotonic() < deadline, "a hung session's thread has not ended"
        time.sleep(0.01)


def test_a_hung_session_is_replaced_while_others_go_on(trap: Trap, fake_model: ModelMaker) -> None:
    with SessionPool(fake_model(trap), 2, patience=QUICK) as pool:
        out = np.zeros_like(TEMPLATES)
        hung = pool.submit(TEMPLATES, AUDIO - 1, within_s=HURRY_S, out=out)
        assert trap.entered.wait(MARGIN_S)
        meanwhile = pool.submit(TEMPLATES, AUDIO + 5, within_s=HURRY_S)
        assert meanwhile.result(MARGIN_S)[0, 0, 0, 0] == 5
        with pytest.raises(HungError, match="has not answered"):
            hung.result(MARGIN_S)
        assert (pool.counters.failures, pool.counters.replaced) == (1, 1)
        trap.entered.clear()
        both = [pool.submit(TEMPLATES, AUDIO + n, within_s=HURRY_S) for n in range(8)]
        assert [float(f.result(MARGIN_S)[0, 0, 0, 0]) for f in both] == list(range(8))
        trap.open.set()
        assert not out.any(), "a session that was given up wrote into its caller's buffer"


def test_the_only_session_is_replaced_within_five_seconds(
    trap: Trap, fake_model: ModelMaker
) -> None:
    with SessionPool(fake_model(trap), 1) as pool:
        hung = pool.submit(TEMPLATES, AUDIO - 1, within_s=HURRY_S)
        assert trap.entered.wait(MARGIN_S)
        waiting = pool.submit(TEMPLATES, AUDIO + 3, within_s=5.0)
        assert waiting.result(MARGIN_S)[0, 0, 0, 0] == 3
        assert isinstance(hung.exception(0), HungError)


@pytest.mark.parametrize("mood", [-2, -3, -4])
def test_a_session_that_fails_is_replaced(trap: Trap, fake_model: ModelMaker, mood: int) -> None:
    with SessionPool(fake_model(trap), 1, patience=QUICK) as pool:
        with pytest.raises(GeneratorError):
            pool.submit(TEMPLATES, AUDIO + mood).result(MARGIN_S)
        assert pool.submit(TEMPLATES, AUDIO + 2).result(MARGIN_S)[0, 0, 0, 0] == 2
        assert pool.counters.replaced == 1
        assert pool.well


def test_three_failures_in_a_minute_make_it_unwell(trap: Trap, fake_model: ModelMaker) -> None:
    now_s = [0.0]
    pool = SessionPool(fake_model(trap), 1, patience=QUICK, clock=lambda: now_s[0])
    with pool:
        for expected in (True, True, False):
            with pytest.raises(GeneratorError, match="broken"):
                pool.submit(TEMPLATES, AUDIO - 2).result(MARGIN_S)
            assert pool.well is expected
        now_s[0] = 61.0
        assert pool.well


def test_a_session_that_cannot_be_opened_again_is_tried_again(
    trap: Trap, fake_model: ModelMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = fake_model(trap)
    with SessionPool(model, 1, patience=QUICK) as pool:
        opened = type(model).open
        tries = []

        def open_at_third(self: GeneratorModel) -> object:
            tries.append(1)
            if len(tries) < 3:
                raise RuntimeError("no memory")
            return opened(self)

        monkeypatch.setattr(type(model), "open", open_at_third)
        with pytest.raises(GeneratorError, match="broken"):
            pool.submit(TEMPLATES, AUDIO - 2).result(MARGIN_S)
        assert pool.submit(TEMPLATES, AUDIO + 4).result(MARGIN_S)[0, 0, 0, 0] == 4
        assert len(tries) == 3
        assert not pool.well


def test_a_frame_that_cannot_be_in_time_is_dropped(trap: Trap, fake_model: ModelMaker) -> None:
    with SessionPool(fake_model(trap), 1) as pool:
        pool.submit(TEMPLATES, AUDIO - 1)
        assert trap.entered.wait(MARGIN_S)
        late = pool.submit(TEMPLATES, AUDIO, within_s=0.001)
        time.sleep(0.01)
        trap.open.set()
        with pytest.raises(LateError):
            late.result(MARGIN_S)
        assert pool.counters.late == 1
        assert pool.counters.failures == 0


def test_several_streams_share_a_run(trap: Trap, fake_model: ModelMaker) -> None:
    with SessionPool(fake_model(lambda t, a: t + trap_rows(trap, a)), 1, batch=4) as pool:
        pool.submit(TEMPLATES, AUDIO - 1)
        assert trap.entered.wait(MARGIN_S)
        futures = [pool.submit(TEMPLATES, AUDIO + n, within_s=HURRY_S) for n in range(6)]
        trap.open.set()
        assert [float(f.result(MARGIN_S)[0, 0, 0, 0]) for f in futures] == list(range(6))
        assert (pool.counters.runs, pool.counters.frames) == (3, 7)


def trap_rows(trap: Trap, audio: Float32) -> Float32:
    """Each row its own mood; the first row may hang."""
    if audio[0, 0, 0] == -1:
        trap(audio[:, :, :, None], audio)
    return audio[:, :1, :, None]
