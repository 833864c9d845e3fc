"""The token bucket: a burst, a rate, a bounded memory, on a clock that is given."""

import pytest

from visavis.core.rate import RateLimit


def test_a_burst_is_granted_and_then_the_rate() -> None:
    limit = RateLimit(3, 2.0)
    assert [limit.ask("a", 0.0) for _ in range(4)] == [0, 0, 0, 1]
    assert limit.ask("a", 0.5) == 0
    assert limit.ask("a", 0.5) == 1
    assert [limit.ask("a", 100.0) for _ in range(4)] == [0, 0, 0, 1]


def test_the_wait_is_told_in_whole_seconds() -> None:
    limit = RateLimit(1, 0.1)
    limit.ask("a", 0.0)
    assert limit.ask("a", 0.0) == 10
    assert limit.ask("a", 9.5) == 1
    assert limit.ask("a", 10.0) == 0


def test_callers_do_not_use_each_others_tokens() -> None:
    limit = RateLimit(1, 1.0)
    assert [limit.ask(caller, 0.0) for caller in "abab"] == [0, 0, 1, 1]


def test_those_unheard_of_longest_are_forgotten() -> None:
    limit = RateLimit(1, 0.001, callers=2)
    for caller in ("a", "b", "a", "c"):
        limit.ask(caller, 0.0)
    assert limit.ask("a", 0.0) > 0
    assert limit.ask("b", 0.0) == 0


@pytest.mark.parametrize("per_second", [0.5, 2.0, 10.0])
def test_the_long_run_is_the_rate(per_second: float) -> None:
    limit = RateLimit(5, per_second)
    granted = sum(limit.ask("a", tick / 50) == 0 for tick in range(50 * 60))
    assert granted == pytest.approx(5 + per_second * 60, abs=2)
