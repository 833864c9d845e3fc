"""How soon a session is replaced, and when the pool counts as unwell."""

from visavis.engine.failures import Failures, Patience


def test_the_first_is_replaced_at_once_and_no_pause_exceeds_the_longest() -> None:
    failures = Failures(Patience(pause_s=1.0, longest_pause_s=4.0))
    assert [failures.add(float(second)) for second in range(6)] == [0.0, 1.0, 2.0, 4.0, 4.0, 4.0]


def test_three_in_a_minute_are_too_many_and_a_minute_heals() -> None:
    failures = Failures(Patience(window_s=60.0, unwell=3))
    failures.add(0.0)
    failures.add(10.0)
    assert not failures.unwell(20.0)
    failures.add(20.0)
    assert failures.unwell(20.0)
    assert not failures.unwell(60.5)
    assert failures.add(500.0) == 0.0
