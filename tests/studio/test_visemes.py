"""The viseme table names real blend shapes and gives usable weights."""

import numpy as np
import pytest

from visavis.studio.visemes import TRACKS, VISEMES


@pytest.mark.parametrize("name", VISEMES)
def test_every_weight_of_a_viseme_reaches_a_track(name: str) -> None:
    sides = ("", "Left", "Right")
    for shape in VISEMES[name].shape:
        assert any(shape + side in TRACKS for side in sides)


@pytest.mark.parametrize("name", VISEMES)
def test_vectors_are_symmetric_weights(name: str) -> None:
    vector = dict(zip(TRACKS, VISEMES[name].vector(), strict=True))
    assert all(0.0 <= weight <= 1.0 for weight in vector.values())
    for track, weight in vector.items():
        if track.endswith("Left"):
            assert vector[track.removesuffix("Left") + "Right"] == weight


def test_gain_scales_the_whole_shape() -> None:
    full, weak = VISEMES["ih"].vector() / VISEMES["ih"].gain, VISEMES["schwa"].vector()
    np.testing.assert_allclose(weak, full * VISEMES["schwa"].gain)


def test_closed_lips_pull_harder_than_any_other_sound() -> None:
    others = [v.dominance for name, v in VISEMES.items() if name != "PP"]
    assert VISEMES["PP"].dominance > max(others)
