"""The grid of deadlines: on time, late and very late, and never a burst."""

import pytest

from visavis.core.pacing import Pacer


def test_a_punctual_loop_meets_every_tick() -> None:
    pacer = Pacer(100.0)
    for tick in range(1000):
        assert pacer.tick == tick
        assert pacer.due_s == pytest.approx(100.0 + tick * 0.04)
        assert pacer.advance(pacer.due_s + 0.024) == 0
    assert pacer.skipped == 0


@pytest.mark.parametrize(
    ("held_s", "missed"), [(0.0, 0), (0.03, 0), (0.07, 0), (0.2, 4), (10, 249)]
)
def test_ticks_that_were_slept_through_are_skipped(held_s: float, missed: int) -> None:
    pacer = Pacer(0.0)
    assert pacer.advance(0.001 + held_s) == missed
    assert pacer.skipped == missed
    assert pacer.tick == 1 + missed


def test_being_late_never_makes_a_burst() -> None:
    """After any delay, the next deadline but one is in the future."""
    pacer, now = Pacer(0.0), 0.0
    for held in (0.0, 0.05, 0.21, 0.04, 1.0, 0.0, 0.119):
        now += 0.001 + held
        pacer.advance(now)
        assert pacer.due_s > now - 0.04
        now = max(now, pacer.due_s)


def test_a_clock_that_stands_still_still_advances() -> None:
    pacer = Pacer(5.0)
    assert [pacer.advance(5.0) for _ in range(3)] == [0, 0, 0]
    assert pacer.tick == 3


def test_the_grid_does_not_drift() -> None:
    pacer = Pacer(0.0)
    for _ in range(90_000):  # an hour
        pacer.advance(pacer.due_s)
    assert pacer.due_s == pytest.approx(3600.0, abs=1e-6)
