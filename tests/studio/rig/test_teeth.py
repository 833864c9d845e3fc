import numpy as np
import pytest

from visavis.studio.rig.geometry import Floats
from visavis.studio.rig.teeth import dental_arch

_PER_TOOTH = 15 * 16


@pytest.fixture
def helper() -> Floats:
    """A horseshoe 0.6 dm wide and as deep, 0.1 dm high."""
    angle = np.linspace(0, np.pi, 30)
    rows = [
        np.stack([0.3 * np.cos(angle), np.full(30, y), 0.8 + 0.6 * np.sin(angle)], axis=1)
        for y in (6.0, 6.1)
    ]
    return np.concatenate(rows)


@pytest.mark.parametrize("upper", [True, False])
def test_fourteen_teeth_stand_in_mirrored_pairs(helper: Floats, upper: bool) -> None:
    arch = dental_arch(helper, upper)
    teeth = arch.teeth.reshape(14, _PER_TOOTH, 3)
    middles = teeth.mean(axis=1)
    assert np.allclose(middles[0::2] * [-1, 1, 1], middles[1::2], atol=2e-3)
    assert arch.tooth_faces.max() == len(arch.teeth) - 1


def test_uppers_bite_downwards_and_lowers_upwards(helper: Floats) -> None:
    upper, lower = dental_arch(helper, True), dental_arch(helper, False)
    assert upper.teeth[:, 1].min() == pytest.approx(6.0 - 0.032)
    assert lower.teeth[:, 1].max() == pytest.approx(6.1 - 0.045)


@pytest.mark.parametrize("upper", [True, False])
def test_gums_cover_the_roots(helper: Floats, upper: bool) -> None:
    arch = dental_arch(helper, upper)
    growth = 1 if upper else -1
    assert growth * arch.gum[:, 1].mean() > growth * arch.teeth[:, 1].mean()
    assert arch.gum_faces.max() == len(arch.gum) - 1
    assert np.abs(arch.gum[:, 0]).max() < 0.4


def test_front_teeth_are_foremost(helper: Floats) -> None:
    depth = dental_arch(helper, True).teeth.reshape(14, _PER_TOOTH, 3)[:, :, 2].mean(axis=1)
    assert (np.diff(depth[::2]) < 0).all()
