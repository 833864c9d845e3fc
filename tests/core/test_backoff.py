"""Pauses grow to a limit, are never in step with others', and begin anew after success."""

from visavis.core.backoff import Backoff


def test_pauses_double_up_to_the_limit() -> None:
    backoff = Backoff(lambda: 0.0, first_s=1.0, most_s=5.0)
    assert [backoff.pause_s() for _ in range(5)] == [1.0, 2.0, 4.0, 5.0, 5.0]


def test_chance_shortens_by_half_at_most() -> None:
    backoff = Backoff(lambda: 0.999, first_s=8.0)
    assert 4.0 <= backoff.pause_s() < 4.1


def test_success_begins_anew() -> None:
    backoff = Backoff(lambda: 0.0)
    for _ in range(4):
        backoff.pause_s()
    backoff.reset()
    assert backoff.pause_s() == 1.0
