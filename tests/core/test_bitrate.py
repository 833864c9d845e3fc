"""Who gets how many bits."""

import pytest

from visavis.core.bitrate import LEAST, MOST, Allowance, nominal, plan

NOBODY: frozenset[int] = frozenset()


def test_without_estimates_everyone_gets_the_nominal_rate() -> None:
    chosen = plan({}, 1_200_000, NOBODY)
    assert (chosen.full, chosen.small, chosen.small_viewers) == (1_200_000, None, NOBODY)


def test_the_narrowest_of_similar_viewers_is_the_floor() -> None:
    chosen = plan({1: 1_000_000, 2: 680_000, 3: 1_200_000}, 1_200_000, NOBODY)
    assert (chosen.full, chosen.small) == (680_000, None)


def test_a_much_narrower_viewer_gets_a_rendition_of_his_own() -> None:
    chosen = plan({1: 1_200_000, 2: 255_000, 3: 1_100_000}, 1_200_000, NOBODY)
    assert chosen.small_viewers == {2}
    assert (chosen.full, chosen.small) == (1_100_000, 255_000)


def test_he_comes_back_when_he_is_nearly_as_wide() -> None:
    before = frozenset({2})
    assert plan({1: 1_200_000, 2: 900_000}, 1_200_000, before).small_viewers == {2}
    assert plan({1: 1_200_000, 2: 1_000_000}, 1_200_000, before).small_viewers == NOBODY


def test_an_estimate_above_what_was_sent_says_nothing() -> None:
    """Chromium estimates half as much again as it gets, however little that is."""
    allowance = Allowance(1_200_000)
    assert {allowance.update(450_000, 300_000) for _ in range(20)} == {1_200_000}
    assert allowance.update(None, 1_500_000) == 1_200_000


def test_an_estimate_below_what_was_sent_is_kept_below() -> None:
    allowance = Allowance(1_200_000)
    assert allowance.update(400_000, 1_000_000) == 340_000
    assert allowance.update(10, 340_000) == LEAST


def test_a_network_that_has_room_again_is_filled_again() -> None:
    allowance = Allowance(1_200_000)
    allowance.update(400_000, 1_000_000)
    rates = [allowance.update(2_000_000, 300_000) for _ in range(20)]
    assert rates == sorted(rates)
    assert rates[0] == pytest.approx(367_000, rel=0.01)
    assert rates[-1] == 1_200_000


def test_the_nominal_rate_grows_with_the_picture() -> None:
    assert LEAST == nominal(64, 64) < nominal(640, 640) < nominal(1280, 720) == MOST
