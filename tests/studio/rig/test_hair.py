import numpy as np
import pytest
from tests.studio.rig.ball import CENTRE, RADIUS, ball

from visavis.studio.rig.geometry import Floats
from visavis.studio.rig.hair import CROP, LOB, hair_strands

_EAR_DM = 6.5


@pytest.fixture(scope="module")
def lob() -> Floats:
    return hair_strands(*ball(), LOB)


@pytest.fixture(scope="module")
def crop() -> Floats:
    return hair_strands(*ball(), CROP)


def _height(strands: Floats) -> Floats:
    return np.asarray(np.linalg.norm(strands - CENTRE, axis=-1) - RADIUS)


def test_a_lob_falls_from_the_scalp_to_the_shoulders(lob: Floats) -> None:
    assert lob.shape[1:] == (18, 3)
    assert len(lob) > 15_000
    assert np.median(lob[:, -1, 1]) < 5.8
    assert lob[:, -1, 1].min() > 4.8


def test_a_lob_hugs_the_head_above_the_ears_without_jumps(lob: Floats) -> None:
    upper = lob[lob[..., 1] > _EAR_DM + 0.3]
    assert _height(upper).min() > -0.01
    assert _height(upper).max() < 0.45
    assert np.linalg.norm(np.diff(lob, axis=1), axis=2).max() < 0.35


def test_a_lob_leaves_the_face_bare(lob: Floats) -> None:
    x, y, z = np.abs(lob[..., 0]), lob[..., 1], lob[..., 2]
    assert not ((x < 0.4) & (y < 6.9) & (y > 5.8) & (z > 0.55)).any()


def test_a_crop_is_short_and_shorter_at_the_sides(crop: Floats) -> None:
    length = np.linalg.norm(crop[:, -1] - crop[:, 0], axis=1)
    top = crop[:, 0, 1] > 7.4
    side = crop[:, 0, 1] < 6.8
    assert length.max() < 0.6
    assert np.median(length[side]) < 0.06 < np.median(length[top])
    assert _height(crop).min() > -0.02


def test_the_same_head_grows_the_same_hair(crop: Floats) -> None:
    assert np.array_equal(crop, hair_strands(*ball(), CROP))
