"""Who gets how many bits."""

from visavis.core.bitrate import LEAST, MOST, nominal, plan

NOBODY: frozenset[int] = frozenset()


def test_without_estimates_everyone_gets_the_nominal_rate() -> None:
    chosen = plan({}, 1_200_000, NOBODY)
    assert (chosen.full, chosen.small, chosen.small_viewers) == (1_200_000, None, NOBODY)


def test_wide_viewers_get_no_more_than_the_nominal_rate() -> None:
    assert plan({1: 50_000_000}, 1_200_000, NOBODY).full == 1_200_000


def test_the_narrowest_of_similar_viewers_is_the_floor() -> None:
    chosen = plan({1: 1_000_000, 2: 800_000, 3: 5_000_000}, 1_200_000, NOBODY)
    assert (chosen.full, chosen.small) == (680_000, None)


def test_a_much_narrower_viewer_gets_a_rendition_of_his_own() -> None:
    chosen = plan({1: 5_000_000, 2: 300_000, 3: 1_300_000}, 1_200_000, NOBODY)
    assert chosen.small_viewers == {2}
    assert (chosen.full, chosen.small) == (1_105_000, 255_000)


def test_he_comes_back_when_he_is_nearly_as_wide() -> None:
    before = frozenset({2})
    assert plan({1: 5_000_000, 2: 1_000_000}, 1_200_000, before).small_viewers == {2}
    assert plan({1: 5_000_000, 2: 1_200_000}, 1_200_000, before).small_viewers == NOBODY


def test_nobody_is_starved() -> None:
    assert plan({1: 10}, 1_200_000, NOBODY).full == LEAST


def test_the_nominal_rate_grows_with_the_picture() -> None:
    assert LEAST == nominal(64, 64) < nominal(640, 640) < nominal(1280, 720) == MOST
