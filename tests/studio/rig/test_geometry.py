from collections import Counter

import numpy as np
import pytest

from visavis.studio.rig.geometry import (
    blob,
    euler_rotation,
    rigid_fit,
    rotation_to_blender,
    smoothstep,
    to_blender,
    tube_quads,
    unit,
    without_normal,
)


def test_smoothstep_holds_its_ends_and_meets_in_the_middle() -> None:
    assert smoothstep([-1, 0, 1, 2, 5], 0, 2).tolist() == [0, 0, 0.5, 1, 1]


def test_unit_scales_and_spares_zero_vectors_when_told_to() -> None:
    assert np.allclose(unit([[3, 0, 4]]), [[0.6, 0, 0.8]])
    assert unit([[0, 0, 0]], tiny=1e-9).tolist() == [[0, 0, 0]]


def test_flattened_vectors_lie_in_the_surface() -> None:
    normals = unit(np.array([[1.0, 2.0, 2.0]]))
    flat = without_normal(np.array([[3.0, -1.0, 4.0]]), normals)
    assert np.allclose((flat * normals).sum(axis=1), 0)


def test_rigid_fit_recovers_a_motion() -> None:
    points = np.random.default_rng(0).normal(size=(20, 3))
    turn, shift = euler_rotation([10, -25, 40]), np.array([1.0, 2.0, 3.0])
    rotation, offset = rigid_fit(points, points @ turn.T + shift)
    assert np.allclose(rotation, turn)
    assert np.allclose(offset, shift)


def test_rigid_fit_never_mirrors() -> None:
    points = np.random.default_rng(1).normal(size=(20, 3))
    rotation, _ = rigid_fit(points, points * [-1, 1, 1])
    assert np.linalg.det(rotation) == pytest.approx(1)


def test_yaw_turns_the_face_to_its_left() -> None:
    assert np.allclose(euler_rotation([0, 90, 0]) @ [0, 0, 1], [1, 0, 0])


def test_rotations_and_points_agree_in_blender_axes() -> None:
    turn, point = euler_rotation([5, 20, -8]), np.array([0.3, 6.0, 1.2])
    assert np.allclose(rotation_to_blender(turn) @ to_blender(point), to_blender(turn @ point))


def test_blob_is_one_at_its_centre_and_falls_by_its_radii() -> None:
    weight = blob(np.array([[1.0, 1, 1], [2, 1, 1], [1, 3, 1]]), (1, 1, 1), (1, 2, 1))
    assert weight.tolist() == pytest.approx([1, np.exp(-1), np.exp(-1)])


@pytest.mark.parametrize(("closed", "open_edges"), [(True, 0), (False, 10)])
def test_tube_faces_share_every_edge_but_the_rims(closed: bool, open_edges: int) -> None:
    quads = tube_quads(4, 5, closed)
    edges = Counter(
        frozenset((int(quad[i]), int(quad[(i + 1) % 4]))) for quad in quads for i in range(4)
    )
    assert sum(count == 1 for count in edges.values()) == open_edges
    assert max(edges.values()) == 2
