"""The live buffer: exact pieces out, a bound, and a count of all that was not just passed."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from visavis.core.timeline import OUTPUT_RATE
from visavis.media.ingest import Ingest

Float32 = NDArray[np.float32]
TICK = 1920
TARGET, MOST = 1440, 7680  # samples: 30 and 160 ms


def _ramp(begin: int, count: int) -> Float32:
    """Samples that tell their own place; loud, so that none counts as silence."""
    return (np.arange(begin, begin + count) + 10_000).astype(np.float32)


def test_sound_comes_out_as_it_went_in() -> None:
    ingest = Ingest()
    ingest.push(_ramp(0, TICK + TARGET))
    np.testing.assert_array_equal(ingest.pull(TICK), _ramp(0, TICK))
    ingest.push(_ramp(TICK + TARGET, TICK))
    np.testing.assert_array_equal(ingest.pull(TICK), _ramp(TICK, TICK))
    assert (ingest.counters.filled, ingest.counters.dropped) == (0, 0)
    assert ingest.counters.received == 2 * TICK + TARGET


def test_it_waits_for_its_target_before_it_begins() -> None:
    ingest = Ingest()
    ingest.push(_ramp(0, TICK + TARGET - 1))
    assert not ingest.pull(TICK).any()
    ingest.push(_ramp(TICK + TARGET - 1, 1))
    np.testing.assert_array_equal(ingest.pull(TICK), _ramp(0, TICK))
    assert ingest.counters.filled == TICK


def test_an_underflow_is_silence_once_and_then_a_full_buffer() -> None:
    ingest = Ingest()
    ingest.push(_ramp(0, TICK + TARGET))
    ingest.pull(TICK)
    late = ingest.pull(TICK)
    np.testing.assert_array_equal(late[:TARGET], _ramp(TICK, TARGET))
    assert not late[TARGET:].any()
    assert ingest.counters.filled == TICK - TARGET
    ingest.push(_ramp(5000, TICK))
    assert not ingest.pull(TICK).any()
    ingest.push(_ramp(5000 + TICK, TICK))
    np.testing.assert_array_equal(ingest.pull(TICK), _ramp(5000, TICK))


def test_an_overflow_drops_the_oldest_down_to_the_target() -> None:
    ingest = Ingest()
    total = TICK + MOST + 1
    ingest.push(_ramp(0, total))
    dropped = total - TICK - TARGET
    np.testing.assert_array_equal(ingest.pull(TICK), _ramp(dropped, TICK))
    assert ingest.counters.dropped == dropped
    assert ingest.buffered_s == TARGET / OUTPUT_RATE


def test_as_much_as_allowed_is_kept() -> None:
    ingest = Ingest()
    ingest.push(_ramp(0, TICK + MOST))
    np.testing.assert_array_equal(ingest.pull(TICK), _ramp(0, TICK))
    assert ingest.counters.dropped == 0


def test_piled_up_sound_is_given_back_in_silence() -> None:
    ingest = Ingest()
    ingest.push(np.zeros(TICK + MOST, np.float32))
    for _ in range(50):
        ingest.pull(TICK)
        ingest.push(np.zeros(TICK, np.float32))
    assert 0 < ingest.counters.dropped < MOST
    assert ingest.buffered_s * OUTPUT_RATE <= TICK + TARGET + 1920


def test_piled_up_speech_is_not_cut() -> None:
    ingest = Ingest()
    ingest.push(_ramp(0, TICK + MOST))
    for tick in range(50):
        np.testing.assert_array_equal(ingest.pull(TICK), _ramp(TICK * tick, TICK))
        ingest.push(_ramp(TICK + MOST + TICK * tick, TICK))
    assert ingest.counters.dropped == 0


@settings(max_examples=60, deadline=None)
@given(pushes=st.lists(st.integers(0, 12_000), max_size=40))
def test_every_sample_is_passed_dropped_or_waiting(pushes: list[int]) -> None:
    """Whatever arrives when, pieces are exact, the order holds and the bound too."""
    ingest = Ingest()
    sent, heard = 0, np.empty(0, np.float32)
    for count in pushes:
        ingest.push(_ramp(sent, count))
        sent += count
        piece = ingest.pull(TICK)
        assert len(piece) == TICK
        heard = np.concatenate((heard, piece))
        assert ingest.buffered_s * OUTPUT_RATE <= MOST
    spoken = heard[heard != 0]
    assert (np.diff(spoken) > 0).all()
    counters = ingest.counters
    assert counters.received == sent
    assert counters.filled == len(heard) - len(spoken)
    waiting = round(ingest.buffered_s * OUTPUT_RATE)
    assert len(spoken) + counters.dropped + waiting == sent


@pytest.mark.parametrize("target_s", [0.0, 0.1])
def test_the_target_can_be_chosen(target_s: float) -> None:
    ingest = Ingest(target_s)
    needed = TICK + round(target_s * OUTPUT_RATE)
    ingest.push(_ramp(0, needed - 1))
    assert not ingest.pull(TICK).any()
    ingest.push(_ramp(needed - 1, 1))
    assert ingest.pull(TICK).all()
