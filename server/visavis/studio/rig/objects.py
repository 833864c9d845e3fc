"""Blender objects made from arrays; points are given in the rig's axes."""

from collections.abc import Mapping
from typing import Any

import bpy
import numpy as np
from mathutils import Matrix

from visavis.studio.rig.geometry import Floats, Indices, to_blender

Faces = Indices | list[list[int]]

_BEHIND_CAMERA = (0.0, -40.0, 0.0)


def link(name: str, data: Any) -> Any:
    """A new object of the scene that shows `data`."""
    thing = bpy.data.objects.new(name, data)
    bpy.context.scene.collection.objects.link(thing)
    return thing


def _flat32(values: Floats) -> Any:
    return np.ascontiguousarray(values, dtype=np.float32).ravel()


def matrix(values: Floats) -> Any:
    """A Blender matrix from (4, 4); plain lists would be read column by column."""
    return Matrix(values.tolist())


def add_subdivision(thing: Any, levels: int) -> None:
    """Smooth a mesh object by Catmull-Clark subdivision."""
    modifier = thing.modifiers.new("subdivision", "SUBSURF")
    modifier.levels = modifier.render_levels = levels


def mesh_object(
    name: str,
    vertices: Floats,
    faces: Faces,
    material: Any = None,
    uvs: Floats | None = None,
    subdivisions: int = 0,
) -> Any:
    """A smooth-shaded mesh; vertices (N, 3), `uvs` (corners, 2) in the order of the faces."""
    mesh = bpy.data.meshes.new(name)
    corners = faces.tolist() if isinstance(faces, np.ndarray) else faces
    mesh.from_pydata(to_blender(vertices).tolist(), [], corners)
    mesh.update()
    if uvs is not None:
        mesh.uv_layers.new(name="UVMap").data.foreach_set("uv", _flat32(uvs))
    shade_smooth(mesh)
    if material is not None:
        mesh.materials.append(material)
    thing = link(name, mesh)
    if subdivisions:
        add_subdivision(thing, subdivisions)
    return thing


def shade_smooth(mesh: Any) -> None:
    """Interpolate normals over every face."""
    mesh.polygons.foreach_set("use_smooth", [True] * len(mesh.polygons))


def move_vertices(thing: Any, vertices: Floats) -> None:
    """Put a mesh object's vertices at (N, 3)."""
    thing.data.vertices.foreach_set("co", _flat32(to_blender(vertices)))
    thing.data.update()


def set_attributes(thing: Any, attributes: Mapping[str, Floats]) -> None:
    """Give a mesh per-vertex values (N,) or vectors (N, 3) that its material reads by name.

    Vectors stay in the rig's axes.
    """
    for name, values in attributes.items():
        vector = values.ndim == 2
        kind, field = ("FLOAT_VECTOR", "vector") if vector else ("FLOAT", "value")
        attribute = thing.data.attributes.new(name, kind, "POINT")
        attribute.data.foreach_set(field, _flat32(values))


def strand_object(
    name: str, strands: Floats, root_radius: float, tip_radius: float, material: Any
) -> Any:
    """Hair curves (N, points, 3) that taper from root to tip (radii in dm)."""
    curves = bpy.data.hair_curves.new(name)
    count, points = strands.shape[:2]
    curves.add_curves([points] * count)
    curves.points.foreach_set("position", _flat32(to_blender(strands)))
    radius = curves.attributes.get("radius") or curves.attributes.new("radius", "FLOAT", "POINT")
    taper = np.tile(np.linspace(root_radius, tip_radius, points), count)
    radius.data.foreach_set("value", _flat32(taper))
    curves.materials.append(material)
    return link(name, curves)


def keep_apart(thing: Any) -> None:
    """Show an object a second time, tiny and behind the camera.

    Cycles rebuilds one search tree over all that is shown once for every picture; what is shown
    twice has a tree of its own, which is kept while the object only turns.
    """
    twin = thing.copy()
    bpy.context.scene.collection.objects.link(twin)
    twin.matrix_world = Matrix.Translation(_BEHIND_CAMERA) @ Matrix.Scale(1e-3, 4)


def move_strands(thing: Any, strands: Floats) -> None:
    """Put hair curves at (N, points, 3)."""
    thing.data.points.foreach_set("position", _flat32(to_blender(strands)))
    thing.data.update_tag()
