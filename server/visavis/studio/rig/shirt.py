"""The shirt: the mesh's tights helper cut at the neckline and swelled to cloth, with a collar.

`bpy` is imported first because it brings `bmesh` along.
"""

from typing import Any

import bpy  # isort: skip
import bmesh
import numpy as np

from visavis.studio.rig import materials, objects
from visavis.studio.rig.breath import breath_lift
from visavis.studio.rig.collar import collar_tube, ordered_loop
from visavis.studio.rig.geometry import Colour, Floats, from_blender, to_blender
from visavis.studio.rig.materials import Finish

_NECK_FRONT = np.array([0.0, 5.02, 0.62])
_NECK_BACK = np.array([0.0, 5.42, -0.45])
_SWELL_DM = 0.035
_THICKNESS_DM = 0.04
_NECKLINE_ABOVE_DM = 4.6


def _subdivided(vertices: Floats, faces: list[list[int]]) -> Any:
    """A Blender mesh of the helper after two subdivisions."""
    rough = objects.mesh_object("shirt pattern", vertices, faces, subdivisions=2)
    fine = rough.evaluated_get(bpy.context.evaluated_depsgraph_get())
    mesh = bpy.data.meshes.new_from_object(fine)
    pattern = rough.data
    bpy.data.objects.remove(rough)
    bpy.data.meshes.remove(pattern)
    return mesh


def _cut_neckline(work: Any) -> None:
    """Cut off everything above the plane through the front and the back of the neck."""
    slope = _NECK_FRONT - _NECK_BACK
    normal = np.array([0.0, slope[2], -slope[1]])
    normal /= np.linalg.norm(normal)
    bmesh.ops.bisect_plane(
        work,
        geom=[*work.verts, *work.edges, *work.faces],
        plane_co=to_blender(_NECK_FRONT).tolist(),
        plane_no=to_blender(normal).tolist(),
        clear_outer=True,
    )


def _neckline(work: Any) -> Floats:
    """The ring of points (N, 3), in Blender's axes, where the cloth ends at the neck."""
    work.verts.index_update()
    rim = [
        (edge.verts[0].index, edge.verts[1].index)
        for edge in work.edges
        if edge.is_boundary and all(v.co.z > _NECKLINE_ABOVE_DM for v in edge.verts)
    ]
    work.verts.ensure_lookup_table()
    return np.array([work.verts[i].co[:] for i in ordered_loop(rim)])


def _tailor(mesh: Any) -> Floats:
    """Shape the cloth in place and return its neckline."""
    work = bmesh.new()
    work.from_mesh(mesh)
    _cut_neckline(work)
    work.normal_update()
    for vertex in work.verts:
        vertex.co += vertex.normal * _SWELL_DM
    work.to_mesh(mesh)
    neckline = _neckline(work)
    work.free()
    return neckline


def _add_cloth(mesh: Any, colour: Colour) -> Any:
    finish = Finish(roughness=0.9, specular=0.12, bump=(120, 0.4))
    mesh.materials.clear()
    mesh.materials.append(materials.plain("cloth", colour, finish))
    objects.shade_smooth(mesh)
    cloth = objects.link("shirt", mesh)
    solid = cloth.modifiers.new("thickness", "SOLIDIFY")
    solid.thickness = _THICKNESS_DM
    solid.offset = 1
    return cloth


def _add_collar(neckline: Floats, colour: Colour) -> Any:
    finish = Finish(roughness=0.85, specular=0.15, bump=(160, 0.5))
    red, green, blue = colour
    darker = (0.88 * red, 0.88 * green, 0.88 * blue)
    vertices, faces = collar_tube(neckline)
    mesh = bpy.data.meshes.new("collar")
    mesh.from_pydata(vertices.tolist(), [], faces.tolist())
    mesh.materials.append(materials.plain("collar", darker, finish))
    objects.shade_smooth(mesh)
    return objects.link("collar", mesh)


def _breathing(thing: Any) -> Any:
    """The shape key of a garment that a breath fills."""
    positions = np.array([vertex.co[:] for vertex in thing.data.vertices])
    lift = to_blender(breath_lift(from_blender(positions)))
    thing.shape_key_add(name="breath out")
    key = thing.shape_key_add(name="breath in")
    key.data.foreach_set("co", (positions + lift).astype(np.float32).ravel())
    return key


class Shirt:
    """The scene's person dressed: vertices (N, 3) and faces of the torso helper."""

    def __init__(self, vertices: Floats, faces: list[list[int]], colour: Colour) -> None:
        mesh = _subdivided(vertices, faces)
        neckline = _tailor(mesh)
        garments = _add_cloth(mesh, colour), _add_collar(neckline, colour)
        self._keys = [_breathing(garment) for garment in garments]

    def breathe(self, breath: float) -> None:
        """Rise with a breath, 0 (out) to 1 (in)."""
        for key in self._keys:
            if key.value != breath:
                key.value = breath
