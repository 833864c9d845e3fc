"""The overload ladder: down when mouths come late, up when they do not, without flutter."""

from collections.abc import Callable

import pytest

from visavis.core.ladder import RUNGS, MouthLadder

FRAME_S = 0.04


def _speak(
    ladder: MouthLadder, seconds: float, keeps_up: Callable[[int], bool], now_s: float
) -> tuple[int, float]:
    """Speak on; `keeps_up(every)` tells whether a mouth comes in time at that rate. Returns the new
    mouths and the time."""
    mouths = 0
    for _ in range(round(seconds / FRAME_S)):
        if ladder.due(now_s):
            if keeps_up(ladder.every):
                mouths += 1
                ladder.made()
            else:
                ladder.missed(now_s)
        now_s += FRAME_S
    return mouths, now_s


def test_while_all_is_well_every_frame_has_a_mouth() -> None:
    ladder = MouthLadder()
    assert _speak(ladder, 60, lambda every: True, 0.0)[0] == 1500
    assert (ladder.rung, ladder.counters.down, ladder.counters.up) == (0, 0, 0)


def test_a_rare_miss_changes_nothing() -> None:
    ladder = MouthLadder()
    for frame in range(1000):
        assert ladder.due(frame * FRAME_S)
        if frame % 5 == 0:
            ladder.missed(frame * FRAME_S)
        else:
            ladder.made()
    assert ladder.rung == 0


@pytest.mark.parametrize(("capacity", "rate"), [(2, 12.5), (3, 25 / 3)])
def test_it_finds_the_rate_that_the_machine_holds(capacity: int, rate: float) -> None:
    ladder = MouthLadder()

    def keeps_up(every: int) -> bool:
        return every >= capacity

    _, now_s = _speak(ladder, 2, keeps_up, 0.0)
    mouths, _ = _speak(ladder, 60, keeps_up, now_s)
    assert 0.7 * rate <= mouths / 60 <= rate


def test_when_nothing_comes_the_mouth_rests_within_a_second_or_two() -> None:
    ladder = MouthLadder()
    _speak(ladder, 1.2, lambda every: False, 0.0)
    assert ladder.every == 0


@pytest.mark.parametrize("overload_s", [0.5, 3.0, 60.0, 61.3])
def test_it_is_back_within_five_seconds(overload_s: float) -> None:
    ladder = MouthLadder()
    _, now_s = _speak(ladder, overload_s, lambda every: False, 0.0)
    _, now_s = _speak(ladder, 5.0, lambda every: True, now_s)
    assert ladder.rung == 0
    assert ladder.counters.up == ladder.counters.down
    assert _speak(ladder, 4.0, lambda every: True, now_s)[0] == 100


def test_it_does_not_flutter() -> None:
    ladder = MouthLadder()
    _speak(ladder, 60, lambda every: every != 1, 0.0)
    assert ladder.counters.down <= 45  # a step up is tried once in 1.5 s at most


def test_rungs_are_the_promised_rates() -> None:
    assert [25 / every if every else 0 for every in RUNGS] == [25, 12.5, 25 / 3, 0]
