import numpy as np
import pytest

from visavis.studio.rig.cover import (
    REST,
    STRENGTHS,
    farthest,
    shut_mouths,
    training_mouths,
    viseme,
)
from visavis.studio.rig.geometry import Floats
from visavis.studio.visemes import TRACKS, VISEMES


@pytest.fixture
def spoken() -> Floats:
    """Frames of speech: mixtures of two visemes each."""
    rng = np.random.default_rng(3)
    shapes = np.array([viseme(name) for name in VISEMES])
    pairs = rng.integers(len(shapes), size=(500, 2))
    share = rng.uniform(size=(500, 1))
    return np.asarray(share * shapes[pairs[:, 0]] + (1 - share) * shapes[pairs[:, 1]])


def _holds(mouths: Floats, wanted: Floats) -> bool:
    return bool((np.abs(mouths - wanted).max(axis=1) < 1e-9).any())


def test_a_viseme_carries_its_tongue_last() -> None:
    tongue = viseme("DD")
    assert tongue.shape == (len(TRACKS) + 1,)
    assert tongue[-1] == pytest.approx(0.11)
    assert viseme("DD", 0.5) == pytest.approx(0.5 * tongue)


def test_farthest_takes_corners_before_the_middle() -> None:
    points = np.array([[0, 0], [0.1, 0], [1, 0], [0.5, 0.5], [0, 1], [1, 1.0]])
    assert farthest(points, 4) == [0, 5, 2, 4]


def test_farthest_takes_no_more_than_there_are() -> None:
    assert farthest(np.array([[0.0], [1.0]]), 9) == [0, 1]


def test_shut_mouths_are_shut_at_different_widths() -> None:
    mouths = shut_mouths(30, np.random.default_rng(1))
    assert not mouths[:, TRACKS.index("jawOpen")].any()
    assert np.ptp(mouths[:, TRACKS.index("mouthPucker")]) > 0.2
    assert np.array_equal(mouths[::6], np.tile(REST, (5, 1)))


@pytest.mark.parametrize("count", [40, 120, 300])
def test_training_gets_exactly_as_many_as_asked(spoken: Floats, count: int) -> None:
    assert training_mouths(spoken, count, 1).shape == (count, 19)


def test_every_viseme_comes_at_every_strength(spoken: Floats) -> None:
    mouths = training_mouths(spoken, 200, 1)
    assert all(_holds(mouths, viseme(name, s)) for name in VISEMES for s in STRENGTHS)


def test_the_rest_is_spoken(spoken: Floats) -> None:
    mouths = training_mouths(spoken, 200, 1)
    fixed = len(VISEMES) * len(STRENGTHS) + 20
    assert sum(_holds(spoken, mouth) for mouth in mouths) >= 200 - fixed


def test_the_same_seed_chooses_alike_and_another_otherwise(spoken: Floats) -> None:
    first, again, other = (training_mouths(spoken, 90, seed) for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_who_asks_for_shut_lips_alone_gets_no_typical_speech(spoken: Floats) -> None:
    mouths = training_mouths(spoken, 200, 1, shut_share=1.0)
    assert (mouths[:, TRACKS.index("jawOpen")] == 0).sum() > 150
