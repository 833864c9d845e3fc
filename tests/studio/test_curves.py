import numpy as np

from visavis.studio.curves import agreement, best_lag, correlation, motion, shut_share

RANDOM = np.random.default_rng(0)
TRUE = np.convolve(RANDOM.standard_normal(400), np.ones(5) / 5, "same").astype(np.float32)


def test_a_curve_agrees_with_itself_however_scaled() -> None:
    assert abs(correlation(3 * TRUE + 1, TRUE) - 1) < 1e-6


def test_a_still_mouth_agrees_with_nothing() -> None:
    assert correlation(np.zeros_like(TRUE), TRUE) == 0


def test_a_late_mouth_has_a_positive_lag() -> None:
    lag, exact = best_lag(np.roll(TRUE, 2), TRUE)
    assert lag == 2
    assert abs(exact - 2) < 0.2


def test_half_a_frame_shows_between_the_frames() -> None:
    late = ((TRUE + np.roll(TRUE, 1)) / 2).astype(np.float32)
    assert abs(best_lag(late, TRUE)[1] - 0.5) < 0.1


def test_only_chosen_frames_must_be_shut() -> None:
    opening = np.array([0.1, 5.0, 0.2, 3.0], np.float32)
    assert shut_share(opening, np.array([True, False, True, False]), 0.5) == 1
    assert shut_share(opening, np.array([True, True, False, False]), 0.5) == 0.5
    assert shut_share(opening, np.zeros(4, bool), 0.5) is None


def test_a_mouth_stuck_open_moves_as_much_as_one_that_quivers() -> None:
    assert motion(np.full(10, 2.0, np.float32)) == motion(np.array([2.0, -2.0] * 5, np.float32))


def test_agreement_is_correlation_and_lag() -> None:
    r, lag = agreement(np.roll(TRUE, 1), TRUE)
    assert lag == 1
    assert r == correlation(np.roll(TRUE, 1), TRUE)
