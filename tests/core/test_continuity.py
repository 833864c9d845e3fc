"""One timeline out of ticks with holes, pauses and fresh starts."""

from visavis.core.continuity import Continuity


def _places(*ticks: int) -> list[tuple[int, int]]:
    continuity = Continuity()
    return [continuity.place(tick) for tick in ticks]


def test_it_begins_at_zero_wherever_the_stream_is() -> None:
    assert _places(700, 701, 702) == [(0, 0), (1, 0), (2, 0)]


def test_a_short_hole_keeps_its_length() -> None:
    assert _places(5, 8, 9) == [(0, 0), (3, 2), (4, 0)]
    assert _places(0, 250) == [(0, 0), (250, 249)]


def test_a_long_pause_takes_no_time() -> None:
    assert _places(0, 251, 252) == [(0, 0), (1, 0), (2, 0)]


def test_another_stream_goes_on_from_there() -> None:
    assert _places(900, 901, 0, 1) == [(0, 0), (1, 0), (2, 0), (3, 0)]
    assert _places(4, 4) == [(0, 0), (1, 0)]
