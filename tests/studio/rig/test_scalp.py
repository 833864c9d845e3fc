import numpy as np
from tests.studio.rig.ball import CENTRE, RADIUS, ball

from visavis.studio.rig.meshdata import BODY_VERTICES
from visavis.studio.rig.scalp import Skull, plant, vertex_normals
from visavis.studio.rig.skin import above_hairline


def test_the_ball_stands_for_the_body() -> None:
    assert len(ball()[0]) == BODY_VERTICES


def test_normals_point_outward() -> None:
    points, triangles = ball()
    _, normals = vertex_normals(points, triangles)
    outward = (points - CENTRE) / RADIUS
    assert ((normals * outward).sum(axis=1) > 0.9).all()


def test_the_skull_tells_height_and_direction() -> None:
    points, triangles = ball()
    skull = Skull(points, vertex_normals(points, triangles)[1])
    direction = np.array([[0.0, 1.0, 0.0], [0.6, 0.8, 0.0]])
    height, normal = skull.under(CENTRE + direction * (RADIUS + 0.1))
    assert np.allclose(height, 0.1, atol=0.01)
    assert np.allclose(normal, direction, atol=0.05)


def test_roots_lie_on_the_skin_behind_the_hairline() -> None:
    roots, _ = plant(*ball(), 5_000, np.random.default_rng(1))
    assert 2_000 < len(roots.points) <= 5_000
    assert np.allclose(np.linalg.norm(roots.points - CENTRE, axis=1), RADIUS, atol=0.01)
    assert above_hairline(roots.points).min() > -0.12


def test_roots_thin_out_toward_the_hairline() -> None:
    roots, _ = plant(*ball(), 20_000, np.random.default_rng(1))
    height = above_hairline(roots.points)
    assert ((height > 0.10) & (height < 0.15)).sum() > 2 * ((height > -0.05) & (height < 0)).sum()
