"""The live buffer: exact pieces out, a bound, and a count of all that was not just passed."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from visavis.core.latency import LATENCIES
from visavis.core.timeline import OUTPUT_RATE
from visavis.media.ingest import Ingest

Float32 = NDArray[np.float32]
TICK = 1920
FADE = 240
TARGET, MOST = 960, 7680  # samples: 20 and 160 ms


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


@pytest.mark.parametrize("name", LATENCIES)
def test_it_waits_for_its_target_before_it_begins(name: str) -> None:
    (latency,) = (mode for mode in LATENCIES.values() if mode.name == name)
    ingest = Ingest(latency)
    needed = TICK + round(latency.buffer_s * OUTPUT_RATE)
    ingest.push(_ramp(0, needed - 1))
    assert not ingest.pull(TICK).any()
    ingest.push(_ramp(needed - 1, 1))
    np.testing.assert_array_equal(ingest.pull(TICK), _ramp(0, TICK))
    assert ingest.counters.filled == TICK
    assert ingest.target_s == latency.buffer_s


def test_an_underflow_is_silence_once_and_then_a_fuller_buffer() -> None:
    ingest = Ingest()
    ingest.push(_ramp(0, TICK + TARGET))
    ingest.pull(TICK)
    late = ingest.pull(TICK)
    np.testing.assert_array_equal(late[: TARGET - FADE], _ramp(TICK, TARGET - FADE))
    assert (np.diff(late[TARGET - FADE : TARGET]) < 0).all()  # faded, so that it does not click
    assert not late[TARGET:].any()
    assert ingest.counters.filled == TICK - TARGET
    ingest.push(_ramp(5000, TICK))
    assert ingest.target_s == pytest.approx(0.02 + 0.02 + 0.005)  # what was late, and a little
    assert not ingest.pull(TICK).any()
    ingest.push(_ramp(5000 + TICK, 2 * TICK))
    resumed = ingest.pull(TICK)
    assert resumed[0] == 0
    np.testing.assert_array_equal(resumed[FADE:], _ramp(5000 + FADE, TICK - FADE))


def test_a_pause_is_no_jitter() -> None:
    ingest = Ingest()
    ingest.push(_ramp(0, TICK + TARGET))
    for _ in range(20):
        ingest.pull(TICK)
    ingest.push(_ramp(5000, TICK))
    assert ingest.target_s == 0.02


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
    assert ingest.buffered_s * OUTPUT_RATE <= TICK + TARGET + TICK
    assert ingest.counters.dropped > 0


def test_piled_up_speech_is_not_cut_but_played_a_little_faster() -> None:
    ingest = Ingest()
    tone = np.sin(2 * np.pi * 440 * np.arange(600 * TICK) / OUTPUT_RATE).astype(np.float32)
    ingest.push(tone[: TICK + MOST])
    heard = []
    for tick in range(1, 590):
        heard.append(ingest.pull(TICK))
        begin = TICK * tick + MOST
        ingest.push(tone[begin : begin + TICK])
    assert ingest.counters.dropped == 0
    assert ingest.buffered_s < 0.16  # less than the piled-up 200 ms
    steepest = 2 * np.pi * 440 / OUTPUT_RATE * 1.02
    assert np.abs(np.diff(np.concatenate(heard))).max() < steepest  # no seam anywhere


@pytest.mark.parametrize("loud", [True, False])
def test_what_came_while_the_reader_was_late_has_not_piled_up(loud: bool) -> None:
    ingest, behind = Ingest(), 10
    spoken = _ramp(0, 60 * TICK) * np.float32(1 if loud else 1e-9)
    ingest.push(spoken[: TICK + TARGET])
    heard = [ingest.pull(TICK)]
    ingest.push(spoken[TICK + TARGET : (2 + behind) * TICK + TARGET])
    heard += [ingest.pull(TICK, late_s=late * 0.04) for late in range(behind, -1, -1)]
    np.testing.assert_array_equal(np.concatenate(heard), spoken[: (2 + behind) * TICK])
    assert (ingest.counters.filled, ingest.counters.dropped) == (0, 0)


def test_a_late_reader_learns_nothing_of_the_speakers_clock() -> None:
    """What is left in the buffer when he comes is more than it was in time."""
    ingest = Ingest()
    spoken = _ramp(0, 210 * TICK)
    ingest.push(spoken[: TICK + TARGET])
    heard = [ingest.pull(TICK)]
    for tick in range(1, 200):  # always 30 ms late, and the packets of these 30 ms are there
        end = (tick + 1) * TICK + TARGET
        ingest.push(spoken[end - TICK + 960 * (tick > 1) : end + 960])
        heard.append(ingest.pull(TICK, late_s=0.03))
    np.testing.assert_array_equal(np.concatenate(heard), spoken[: 200 * TICK])
    assert ingest.target_s == LATENCIES["balanced"].buffer_s


def test_a_late_reader_does_not_begin_with_too_little() -> None:
    ingest = Ingest()
    ingest.push(_ramp(0, TICK + TARGET))
    assert not ingest.pull(TICK, late_s=0.02).any()  # in time, 20 ms less would have been there
    ingest.push(_ramp(TICK + TARGET, TICK))
    np.testing.assert_array_equal(ingest.pull(TICK, late_s=0.02), _ramp(0, TICK))


def test_it_tells_when_not_all_is_there() -> None:
    ingest = Ingest()
    assert ingest.short(TICK)
    ingest.push(_ramp(0, TICK + TARGET))
    assert not ingest.short(TICK)
    ingest.pull(TICK)
    assert ingest.short(TICK)
    ingest.push(_ramp(TICK + TARGET, TICK))
    assert not ingest.short(TICK)


@pytest.mark.parametrize("ppm", [-300, 300])
def test_a_wrong_clock_never_empties_or_fills_the_buffer(ppm: int) -> None:
    ingest = Ingest()
    tone = np.sin(2 * np.pi * 440 * np.arange(OUTPUT_RATE * 200) / OUTPUT_RATE).astype(np.float32)
    ingest.push(tone[: 2 * TICK])
    place, due = 2 * TICK, 2.0 * TICK
    for tick in range(3000):
        ingest.pull(TICK)
        due += TICK * (1 + ppm * 1e-6)
        ingest.push(tone[place : round(due)])
        place = round(due)
        if tick > 2000:
            assert 0.01 < ingest.buffered_s - TICK / OUTPUT_RATE < 0.06
    assert (ingest.counters.filled, ingest.counters.dropped) == (0, 0)


@settings(max_examples=60, deadline=None)
@given(pushes=st.lists(st.integers(0, 12_000), max_size=40))
def test_every_piece_is_exact_and_the_bound_holds(pushes: list[int]) -> None:
    ingest = Ingest()
    sent = 0
    for count in pushes:
        ingest.push(_ramp(sent, count))
        sent += count
        piece = ingest.pull(TICK)
        assert len(piece) == TICK
        assert np.isfinite(piece).all()
        assert ingest.buffered_s * OUTPUT_RATE <= MOST
    assert ingest.counters.received == sent


def test_a_hole_in_the_senders_timeline_is_silence() -> None:
    ingest = Ingest()
    ingest.push(_ramp(0, TICK), 5000)
    ingest.push(_ramp(TICK + 480, TICK), 5000 + TICK + 480)
    piece = np.concatenate((ingest.pull(TICK), ingest.pull(480)))
    np.testing.assert_array_equal(piece[:TICK], _ramp(0, TICK))
    assert not piece[TICK:].any()
    assert ingest.counters.filled == 480


def test_silence_that_was_given_for_a_hole_is_not_given_twice() -> None:
    """Discontinuous transmission: nothing comes in a pause, and then it goes on where it is."""
    ingest = Ingest()
    ingest.push(_ramp(0, TICK + TARGET), 0)
    for _ in range(6):
        ingest.pull(TICK)
    ingest.push(_ramp(0, TICK), 6 * TICK)
    assert ingest.buffered_s == TICK / OUTPUT_RATE
    assert ingest.target_s == 0.02


def test_what_comes_twice_is_heard_once() -> None:
    ingest = Ingest()
    ingest.push(_ramp(0, TICK), 0)
    ingest.push(_ramp(TICK - 100, TICK), TICK - 100)
    np.testing.assert_array_equal(ingest.pull(TICK), _ramp(0, TICK))
    assert ingest.counters.dropped == 100


def test_a_jump_of_the_senders_timeline_is_a_new_beginning() -> None:
    ingest = Ingest()
    ingest.push(_ramp(0, TICK), 0)
    ingest.push(_ramp(TICK, TICK), 1 << 40)
    assert ingest.buffered_s == 2 * TICK / OUTPUT_RATE


def test_an_interrupt_drops_what_waits() -> None:
    ingest = Ingest(replace(LATENCIES["low"], buffer_s=0.0))
    ingest.push(_ramp(0, TICK + 700))
    ingest.pull(TICK)
    ingest.interrupt()
    assert not ingest.pull(TICK).any()
    assert ingest.counters.dropped == 700
    ingest.push(_ramp(9000, TICK))
    np.testing.assert_array_equal(ingest.pull(TICK), _ramp(9000, TICK))
