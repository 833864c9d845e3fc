"""The token bucket."""

from visavis.core.rate import RateLimit


def test_burst_is_free_and_the_next_must_wait() -> None:
    limit = RateLimit(burst=3, per_second=0.5)
    assert [limit.ask("a", 0.0) for _ in range(4)] == [0, 0, 0, 2]


def test_tokens_come_back_with_time_and_never_beyond_the_burst() -> None:
    limit = RateLimit(burst=2, per_second=1.0)
    assert [limit.ask("a", 0.0) for _ in range(3)] == [0, 0, 1]
    assert limit.ask("a", 1.0) == 0
    assert [limit.ask("a", 100.0) for _ in range(3)] == [0, 0, 1]


def test_callers_do_not_share() -> None:
    limit = RateLimit(burst=1, per_second=1.0)
    assert limit.ask("a", 0.0) == 0
    assert limit.ask("a", 0.0) == 1
    assert limit.ask("b", 0.0) == 0


def test_memory_is_bounded_and_the_longest_unheard_is_forgotten() -> None:
    limit = RateLimit(burst=1, per_second=0.001, callers=2)
    for caller in ("a", "b", "c"):
        assert limit.ask(caller, 0.0) == 0
    assert limit.ask("c", 1.0) > 0
    assert limit.ask("a", 1.0) == 0
