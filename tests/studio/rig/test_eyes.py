import numpy as np
import pytest

from visavis.studio.rig.eyes import eyeball, fit_sphere
from visavis.studio.rig.geometry import Floats, unit

_CENTRE = np.array([0.28, 6.62, 1.1])
_RADIUS = 0.15


@pytest.fixture
def helper() -> Floats:
    """Points on the front half of a sphere."""
    directions = unit(np.random.default_rng(3).normal(size=(60, 3)))
    directions[:, 2] = np.abs(directions[:, 2])
    return _CENTRE + _RADIUS * directions


def test_half_a_sphere_gives_its_centre_and_radius(helper: Floats) -> None:
    centre, radius = fit_sphere(helper)
    assert np.allclose(centre, _CENTRE)
    assert radius == pytest.approx(_RADIUS)


def test_only_the_cornea_bulges(helper: Floats) -> None:
    eye = eyeball(helper)
    distance = np.linalg.norm(eye.vertices - _CENTRE, axis=1) / _RADIUS
    assert distance[0] == pytest.approx(1.055)
    assert distance[eye.attributes["er"] > 1.2].max() == pytest.approx(1, abs=1e-4)
    assert (distance > 0.9999).all()


def test_every_vertex_has_its_attributes(helper: Floats) -> None:
    eye = eyeball(helper)
    count = len(eye.vertices)
    assert {name: values.shape for name, values in eye.attributes.items()} == {
        "er": (count,),
        "eth": (count, 3),
        "erest": (count, 3),
        "elid": (count,),
    }
    assert eye.faces.max() == count - 1


def test_the_upper_lid_shades_the_upper_half_alone(helper: Floats) -> None:
    eye = eyeball(helper)
    above = (eye.vertices[:, 1] - _CENTRE[1]) / _RADIUS
    shade = eye.attributes["elid"]
    assert (shade[above <= 0] == 0).all()
    assert (np.diff(shade[np.argsort(above)]) > -1e-9).all()
    assert (shade[above > 0.5] == 1).all()


def test_the_pupil_looks_at_the_camera(helper: Floats) -> None:
    eye = eyeball(helper)
    pupil = eye.vertices[np.argmin(eye.attributes["er"])]
    assert pupil[2] == eye.vertices[:, 2].max()
