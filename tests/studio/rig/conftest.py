"""A mesh package of a few vertices, laid out like the real one."""

import gzip
import json
from pathlib import Path

import pytest

from visavis.studio.rig.meshdata import MeshData

_OBJ = """# a square of skin and a triangle of helper
v 1 0 0
v 2 0 0
v 2 1 0
v 1 1 0
v -1 0 0
vt 0 0
vt 1 0
vt 1 1
vt 0 1
g body
f 1/1 2/2 3/3 4/4
g helper-tongue
f 1 2 5
"""
_GROUPS = {
    "joint-l-shoulder": [[0, 0]],
    "joint-r-shoulder": [[4, 4]],
    "helper-l-eye": [[0, 0]],
    "helper-r-eye": [[4, 4]],
    "pieces": [[0, 1], [4, 4]],
}


def _write_target(folder: Path, name: str, text: str) -> None:
    path = folder / f"{name}.target.gz"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(text.encode()))


@pytest.fixture
def mesh_folder(tmp_path: Path) -> Path:
    """A data folder with a mesh, groups, three targets and two face units."""
    mpfb, units = tmp_path / "mpfb2", tmp_path / "faceunits01" / "targets" / "faceunits"
    for folder in (mpfb / "3dobjs", mpfb / "mesh_metadata", units):
        folder.mkdir(parents=True)
    (mpfb / "3dobjs" / "base.obj").write_text(_OBJ)
    groups = mpfb / "mesh_metadata" / "basemesh_vertex_groups.json"
    groups.write_text(json.dumps(_GROUPS))
    macro = "macrodetails/universal-male-young-averagemuscle-averageweight"
    _write_target(mpfb / "targets", macro, "# grow\n2 0 0.5 0\n")
    _write_target(mpfb / "targets", "macrodetails/caucasian-male-young", "2 0 0 1\n")
    _write_target(mpfb / "targets", "nose/wide", "3 1 0 0\n")
    (units / "jawOpen.target").write_text("0 0 -1 0\n")
    (units / "mouthClose.target").write_text("# nothing\n1 0 0.5 0\n")
    return tmp_path


@pytest.fixture
def mesh(mesh_folder: Path) -> MeshData:
    """The mesh of `mesh_folder`."""
    return MeshData(mesh_folder)
