"""The studio around the person: camera, lights and the settings of Cycles."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import bpy
from mathutils import Vector

from visavis.errors import StudioError
from visavis.studio.rig import objects
from visavis.studio.rig.border import Box
from visavis.studio.rig.camera import Camera
from visavis.studio.rig.geometry import to_blender
from visavis.studio.rig.nodes import Colour

_LIGHTS_AIM = (0.0, 6.3, 0.8)
_SKY_COLOUR = (0.55, 0.62, 0.72, 1.0)
_SKY_STRENGTH = 0.28


@dataclass(frozen=True)
class Light:
    """A round area light: position and diameter in dm, power in Blender's watts."""

    name: str
    position: tuple[float, float, float]
    diameter: float
    power: float
    colour: Colour


LIGHTS = (
    Light("key", (-6, 11.5, 10), 3.6, 2900, (1, 0.955, 0.90)),
    Light("fill", (8.5, 6.8, 9), 6, 700, (0.86, 0.92, 1)),
    Light("rim left", (-6, 9, -7), 4, 260, (0.85, 0.92, 1)),
    Light("rim right", (7, 8.5, -6), 4, 330, (1, 0.93, 0.85)),
    Light("top", (0, 14, 1), 5, 300, (1, 1, 1)),
)


def _aim(thing: Any, position: tuple[float, ...], target: tuple[float, ...]) -> None:
    thing.location = to_blender(position)
    view = Vector((to_blender(target) - to_blender(position)).tolist())
    thing.rotation_euler = view.to_track_quat("-Z", "Y").to_euler()


def _add_light(light: Light) -> None:
    lamp = bpy.data.lights.new(light.name, "AREA")
    lamp.shape = "DISK"
    lamp.size = light.diameter
    lamp.energy = light.power
    lamp.color = light.colour
    _aim(objects.link(light.name, lamp), light.position, _LIGHTS_AIM)


def _add_camera(camera: Camera) -> None:
    optics = bpy.data.cameras.new("camera")
    optics.sensor_width = camera.sensor_mm
    optics.lens = camera.lens_mm
    thing = objects.link("camera", optics)
    _aim(thing, camera.position, camera.target)
    bpy.context.scene.camera = thing


def _set_cycles(cycles: Any) -> None:
    cycles.device = "CPU"
    cycles.use_adaptive_sampling = True
    cycles.adaptive_threshold = 0.03
    cycles.use_denoising = True
    cycles.denoiser = "OPENIMAGEDENOISE"
    cycles.denoising_quality = "BALANCED"
    cycles.denoising_prefilter = "ACCURATE"
    cycles.max_bounces = 6
    cycles.diffuse_bounces = 2
    cycles.glossy_bounces = 3
    cycles.transmission_bounces = 4
    cycles.caustics_reflective = False
    cycles.caustics_refractive = False
    cycles.sample_clamp_indirect = 3


def _set_picture(render: Any, resolution: int) -> None:
    """A square RGBA picture; WebP at quality 100 is lossless."""
    render.resolution_x = render.resolution_y = resolution
    render.resolution_percentage = 100
    render.film_transparent = True
    render.use_persistent_data = True
    render.image_settings.file_format = "WEBP"
    render.image_settings.quality = 100
    render.image_settings.color_mode = "RGBA"


def _set_sky() -> None:
    world = bpy.data.worlds.new("sky")
    world.use_nodes = True
    background = world.node_tree.nodes["Background"]
    background.inputs[0].default_value = _SKY_COLOUR
    background.inputs[1].default_value = _SKY_STRENGTH
    bpy.context.scene.world = world


def _check_size(path: Path, expected: tuple[int, int]) -> None:
    picture = bpy.data.images.load(str(path))
    size = tuple(picture.size)
    bpy.data.images.remove(picture)
    if size != expected:
        raise StudioError(
            f"Blender rendered {size[0]}x{size[1]} pixels where {expected[0]}x{expected[1]} were "
            "asked for: use exactly bpy==5.0.1."
        )


class Scene:
    """An empty, lit studio with a transparent backdrop; it replaces what Blender holds.

    Cycles takes every core it may use, whatever it is told: bound the process instead
    (`taskset`), and run one process per core.
    """

    def __init__(self, resolution: int, camera: Camera) -> None:
        bpy.ops.wm.read_factory_settings(use_empty=True)
        self._scene = bpy.context.scene
        self._resolution = resolution
        self._scene.render.engine = "CYCLES"
        _set_cycles(self._scene.cycles)
        self._scene.cycles_curves.shape = "RIBBONS"
        self._scene.cycles_curves.subdivisions = 2
        self._scene.view_settings.view_transform = "AgX"
        self._scene.view_settings.look = "AgX - Medium High Contrast"
        _set_picture(self._scene.render, resolution)
        _set_sky()
        for light in LIGHTS:
            _add_light(light)
        _add_camera(camera)

    def render(self, path: Path, samples: int, box: Box | None = None) -> None:
        """Write a lossless WebP (RGBA) of the whole frame, or of exactly one box of it.

        Raises StudioError when Blender gives a picture of another size.
        """
        self._scene.cycles.samples = samples
        self._set_border(box)
        bpy.ops.render.render()
        bpy.data.images["Render Result"].save_render(str(path), scene=self._scene)
        _check_size(path, box.size if box else (self._resolution, self._resolution))

    def _set_border(self, box: Box | None) -> None:
        render = self._scene.render
        render.use_border = render.use_crop_to_border = box is not None
        if box is not None:
            border = box.fractions(self._resolution)
            render.border_min_x, render.border_max_x = border.min_x, border.max_x
            render.border_min_y, render.border_max_y = border.min_y, border.max_y
