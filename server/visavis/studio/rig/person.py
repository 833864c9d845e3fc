"""The person, assembled in Blender and posed by ARKit weights."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from visavis.studio.rig import materials, objects
from visavis.studio.rig.breath import breath_lift
from visavis.studio.rig.brows import Brows
from visavis.studio.rig.character import NOVA, Character
from visavis.studio.rig.eyes import eyeball
from visavis.studio.rig.geometry import (
    Floats,
    Indices,
    euler_rotation,
    rigid_fit,
    rotation_to_blender,
    to_blender,
)
from visavis.studio.rig.hair import hair_strands
from visavis.studio.rig.head import Head
from visavis.studio.rig.lashes import Lashes
from visavis.studio.rig.materials import Finish
from visavis.studio.rig.meshdata import MeshData
from visavis.studio.rig.shirt import Shirt
from visavis.studio.rig.skin import complexion, nose_tip
from visavis.studio.rig.teeth import dental_arch

_BUST_ABOVE_DM = 3.2
_BUST_HALF_WIDTH_DM = 3.2
_SHIRT_BELOW_BUST_DM = 0.6
_SUBDIVISIONS = 2
_BLACK = (0.012, 0.008, 0.006)


@dataclass(frozen=True)
class _RigidPart:
    """An object that does not bend: its rest vertices (N, 3) follow the group `anchor`."""

    thing: Any
    rest: Floats
    anchor: Indices


@dataclass(frozen=True)
class _SkinPart:
    """An object whose vertices are the mesh's vertices `indices`."""

    thing: Any
    indices: Indices


class Person:
    """One head with everything on it, in the current Blender scene."""

    def __init__(self, data: MeshData, head: Head, look: Character = NOVA) -> None:
        self._data = data
        self._head = head
        self._look = look
        self._eyes = (self._rest_of("helper-l-eye"), self._rest_of("helper-r-eye"))
        self._rigid: list[_RigidPart] = []
        self._bending = [self._add_body(), self._add_tongue()]
        self._shirt = self._add_shirt()
        self._lift = breath_lift(head.rest)
        self._add_eyes()
        self._add_teeth("helper-upper-teeth", upper=True)
        self._add_teeth("helper-lower-teeth", upper=False)
        skin_triangles = data.base.triangles("body")
        centres = (self._eyes[0].mean(axis=0), self._eyes[1].mean(axis=0))
        self._lashes = Lashes(data, look.lashes)
        self._brows = Brows(head.rest, skin_triangles, centres, look.brows)
        self._lash_thing, self._brow_thing = self._add_lashes(), self._add_brows()
        self._hair_thing = objects.strand_object(
            "hair",
            hair_strands(head.rest, skin_triangles, look.hair),
            look.hair.root_radius,
            look.hair.tip_radius,
            materials.hair("hair", look.melanin, look.redness),
        )
        objects.keep_apart(self._hair_thing)

    def _rest_of(self, group: str) -> Floats:
        return self._head.rest[self._data.group(group)]

    def _region(self, faces: list[int]) -> tuple[Indices, list[list[int]], Floats]:
        """Vertex indices (N,) a set of faces uses, the faces over them, and their uvs."""
        base = self._data.base
        used = np.unique(np.concatenate([base.faces[i] for i in faces]))
        local = np.full(len(self._head.rest), -1)
        local[used] = np.arange(len(used))
        corners = [local[list(base.faces[i])].tolist() for i in faces]
        uvs = np.concatenate([base.uvs[list(base.face_uvs[i])] for i in faces])
        return used, corners, uvs

    def _lowest(self, face: int) -> float:
        return float(self._head.rest[list(self._data.base.faces[face]), 1].min())

    def _widest(self, face: int) -> float:
        return float(np.abs(self._head.rest[list(self._data.base.faces[face]), 0]).max())

    def _add_part(self, name: str, faces: list[int], material: Any) -> _SkinPart:
        used, corners, uvs = self._region(faces)
        thing = objects.mesh_object(
            name, self._head.rest[used], corners, material, uvs, _SUBDIVISIONS
        )
        return _SkinPart(thing, used)

    def _add_body(self) -> _SkinPart:
        bust = [
            i
            for i in self._data.base.faces_in("body")
            if self._lowest(i) > _BUST_ABOVE_DM and self._widest(i) < _BUST_HALF_WIDTH_DM
        ]
        lips = self._data.texture("mpfb_lips.jpg")
        mouth = self._data.texture("mpfb_inside-mouth.jpg")
        body = self._add_part("body", bust, materials.skin(lips, mouth, self._look.skin))
        rest = self._head.rest
        eyes = (self._eyes[0].mean(axis=0), self._eyes[1].mean(axis=0))
        objects.set_attributes(body.thing, complexion(rest[body.indices], nose_tip(rest), eyes))
        return body

    def _add_tongue(self) -> _SkinPart:
        finish = Finish(roughness=0.38, subsurface=0.4, coat=0.25, bump=(25, 0.25), glow=0.08)
        material = materials.plain("tongue", (0.50, 0.13, 0.12), finish)
        return self._add_part("tongue", self._data.base.faces_in("helper-tongue"), material)

    def _add_shirt(self) -> Shirt:
        lowest = _BUST_ABOVE_DM - _SHIRT_BELOW_BUST_DM
        torso = [i for i in self._data.base.faces_in("helper-tights") if self._lowest(i) > lowest]
        used, corners, _ = self._region(torso)
        return Shirt(self._head.rest[used], corners, self._look.shirt)

    def _add_rigid(
        self, name: str, vertices: Floats, faces: Indices, anchor: str, material: Any, **more: Any
    ) -> Any:
        thing = objects.mesh_object(name, vertices, faces, material, **more)
        self._rigid.append(_RigidPart(thing, vertices, self._data.group(anchor)))
        return thing

    def _add_eyes(self) -> None:
        material = materials.eye(self._look.iris)
        for side, helper in zip("lr", self._eyes, strict=True):
            eye = eyeball(helper)
            anchor = f"helper-{side}-eye"
            thing = self._add_rigid(f"eye {side}", eye.vertices, eye.faces, anchor, material)
            objects.set_attributes(thing, eye.attributes)

    def _add_teeth(self, group: str, upper: bool) -> None:
        arch = dental_arch(self._rest_of(group), upper)
        enamel = Finish(roughness=0.22, subsurface=0.35, coat=0.5, glow=0.10)
        flesh = Finish(roughness=0.35, subsurface=0.4, coat=0.3, glow=0.08)
        teeth = materials.plain("teeth", (0.90, 0.85, 0.76), enamel)
        gum = materials.plain("gum", (0.52, 0.16, 0.15), flesh)
        name = "upper" if upper else "lower"
        self._add_rigid(f"{name} teeth", arch.teeth, arch.tooth_faces, group, teeth)
        self._add_rigid(f"{name} gum", arch.gum, arch.gum_faces, group, gum, subdivisions=1)

    def _add_lashes(self) -> Any:
        material = materials.plain("lashes", _BLACK, Finish(roughness=0.5, specular=0.3))
        strands = self._lashes.strands(self._head.rest)
        return objects.strand_object("lashes", strands, 0.0015, 0.0004, material)

    def _add_brows(self) -> Any:
        finish = Finish(roughness=0.55, specular=0.2)
        material = materials.plain("brows", self._look.brows.colour, finish)
        strands = self._brows.strands(self._head.rest)
        return objects.strand_object("brows", strands, 0.0019, 0.0004, material)

    def pose(
        self,
        weights: Mapping[str, float],
        rotation_deg: npt.ArrayLike = (0.0, 0.0, 0.0),
        tongue_up: float = 0.0,
        breath: float = 0.0,
    ) -> None:
        """Take an expression (ARKit weights 0..1), a head rotation (pitch, yaw, roll), a lift of
        the tongue's tip (dm) and a breath from 0 (out) to 1 (in)."""
        head = self._head
        shaped = head.expressed(weights, tongue_up)
        for part in self._rigid:
            rotation, shift = rigid_fit(head.rest[part.anchor], shaped[part.anchor])
            carried = part.rest @ rotation.T + shift
            objects.move_vertices(part.thing, head.turned_stiffly(carried, rotation_deg))
        turned = head.turned(shaped, rotation_deg) + breath * self._lift
        for skin in self._bending:
            objects.move_vertices(skin.thing, turned[skin.indices])
        objects.move_strands(self._lash_thing, self._lashes.strands(turned))
        brows = head.turned_stiffly(self._brows.strands(shaped), rotation_deg)
        objects.move_strands(self._brow_thing, brows)
        self._turn_hair(rotation_deg)
        self._shirt.breathe(breath)

    def _turn_hair(self, rotation_deg: npt.ArrayLike) -> None:
        """Hair is too many points to move: the object turns instead."""
        rotation = rotation_to_blender(euler_rotation(rotation_deg))
        pivot = to_blender(self._head.pivot)
        placement = np.eye(4)
        placement[:3, :3] = rotation
        placement[:3, 3] = pivot - rotation @ pivot
        self._hair_thing.matrix_world = objects.matrix(placement)
