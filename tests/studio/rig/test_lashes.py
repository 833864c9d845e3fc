import json
from pathlib import Path

import numpy as np
import pytest

from visavis.studio.rig.geometry import Floats
from visavis.studio.rig.lashes import POINTS_PER_LASH, Lashes
from visavis.studio.rig.meshdata import MeshData

_STRIP = 8


def _strip(side: int, upper: bool) -> Floats:
    """Two arcs in front of an eye at (0.3 * side, 6.6, 1.0): the rim, and the tips further out."""
    angle = np.linspace(0.2, np.pi - 0.2, _STRIP) * (1 if upper else -1)
    direction = np.stack([np.cos(angle), 0.3 * np.sin(angle), np.full(_STRIP, 0.9)], axis=1)
    rim, tips = 0.15 * direction, 0.25 * direction
    centre = np.array([0.3 * side, 6.6, 1.0])
    return np.concatenate([rim + centre, tips + centre])


@pytest.fixture
def face(tmp_path: Path) -> tuple[MeshData, Floats]:
    """A mesh with two eyes (one vertex each) and four lash strips, and its vertices."""
    parts = [np.array([[0.3, 6.6, 1.0], [-0.3, 6.6, 1.0]])]
    lines: list[str] = []
    for letter, side in (("l", 1), ("r", -1)):
        for number, upper in (("1", False), ("2", True)):
            first = sum(map(len, parts)) + 1
            parts.append(_strip(side, upper))
            lines.append(f"g helper-{letter}-eyelashes-{number}")
            quads = range(first, first + _STRIP - 1)
            lines += [f"f {i} {i + 1} {i + 1 + _STRIP} {i + _STRIP}" for i in quads]
    vertices = np.concatenate(parts)
    rows = [f"v {x} {y} {z}" for x, y, z in vertices.tolist()]
    mpfb = tmp_path / "mpfb2"
    for folder in ("3dobjs", "mesh_metadata"):
        (mpfb / folder).mkdir(parents=True)
    (mpfb / "3dobjs" / "base.obj").write_text("\n".join(rows + lines))
    groups = {"helper-l-eye": [[0, 0]], "helper-r-eye": [[1, 1]]}
    (mpfb / "mesh_metadata" / "basemesh_vertex_groups.json").write_text(json.dumps(groups))
    return MeshData(tmp_path), vertices


def test_every_lid_has_its_row(face: tuple[MeshData, Floats]) -> None:
    data, vertices = face
    assert Lashes(data).strands(vertices).shape == (2 * (44 + 150), POINTS_PER_LASH, 3)


def test_upper_lashes_curl_up_and_lower_ones_down(face: tuple[MeshData, Floats]) -> None:
    data, vertices = face
    strands = Lashes(data).strands(vertices)
    bend = strands[:, -1] - 2 * strands[:, 2] + strands[:, 0]
    assert (bend[:44, 1] < 0).all()
    assert (bend[44:194, 1] > 0).all()


def test_lashes_stand_on_the_rim_and_point_away_from_the_eye(
    face: tuple[MeshData, Floats],
) -> None:
    data, vertices = face
    left = Lashes(data).strands(vertices)[:194]
    distance = np.linalg.norm(left - vertices[0], axis=2)
    assert distance[:, 0].max() < 0.22
    assert (distance[:, -1] > distance[:, 0]).mean() > 0.9


def test_all_lashes_stand_before_a_rim_of_two_rows(face: tuple[MeshData, Floats]) -> None:
    data, vertices = face
    rows = vertices.copy()
    strips = rows[2:].reshape(4, 2, _STRIP, 3)
    strips[:, 0, ::2, 2] -= 0.01
    roots = Lashes(data).strands(rows)[:, 0, 2]
    assert roots.min() > strips[:, 0, :, 2].max()


def test_lashes_move_with_the_lids_and_do_not_flicker(face: tuple[MeshData, Floats]) -> None:
    data, vertices = face
    lashes = Lashes(data)
    lowered = vertices - [0, 0.05, 0]
    assert np.allclose(lashes.strands(lowered), lashes.strands(vertices) - [0, 0.05, 0])


def test_a_scale_shortens_every_lash(face: tuple[MeshData, Floats]) -> None:
    data, vertices = face
    full, half = (Lashes(data, scale).strands(vertices) for scale in (1.0, 0.5))
    assert np.allclose(full[:, 0], half[:, 0])
    reach = [np.linalg.norm(strands[:, -1] - strands[:, 0], axis=1) for strands in (full, half)]
    assert (reach[1] < reach[0]).all()
