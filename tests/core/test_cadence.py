"""Rate and intervals of what happens 25 times a second."""

import pytest

from visavis.core.cadence import Cadence


def test_nothing_has_no_rate() -> None:
    cadence = Cadence()
    cadence.note(1.0)
    assert (cadence.fps, cadence.interval_p99_s) == (0.0, 0.0)


def test_an_even_beat_has_its_rate() -> None:
    cadence = Cadence()
    for tick in range(100):
        cadence.note(5.0 + 0.04 * tick)
    assert cadence.fps == pytest.approx(25.0)
    assert cadence.interval_p99_s == pytest.approx(0.04)


def test_the_rate_is_of_two_seconds_and_the_intervals_of_a_minute() -> None:
    cadence = Cadence()
    for tick in range(200):
        cadence.note(0.08 * tick)
    for tick in range(51):
        cadence.note(16.0 + 0.04 * tick)
    assert cadence.fps == pytest.approx(25.0)
    assert cadence.interval_p99_s == pytest.approx(0.08)
