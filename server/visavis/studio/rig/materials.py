"""What everything on the person is made of."""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from visavis.studio.rig.geometry import Colour
from visavis.studio.rig.nodes import Graph, Socket
from visavis.studio.rig.skin import SkinTone

_BOUNCED_LIGHT = 0.08
"""What light that bounces about inside a mouth adds; so few bounces as we trace lose it."""
_CATCHLIGHT = (-0.40, 0.36, 0.84)
"""Where the reflected key light stands, as seen from an eye, in the rig's axes."""


def _skin_colour(
    graph: Graph, tone: SkinTone, rest: Socket, fine: Socket, lips: Socket, mouth: Socket
) -> Socket:
    broad = graph.ramp(graph.noise(rest, 2.2, 4), 0.3, 0.7)
    speckle = graph.ramp(graph.noise(rest, 60, 2), 0.3, 0.7)
    layers = (
        (broad, 0.35, tone.warm),
        (fine, 0.14, tone.pale),
        (speckle, 0.10, tone.spot),
        (graph.value("red"), 0.62, tone.red),
        (graph.value("dark"), 0.5, tone.dark),
    )
    colour: Socket = tone.base
    for mask, share, layer in layers:
        colour = graph.mix(graph.times(mask, share), colour, layer)
    bristle = graph.ramp(graph.noise(rest, 170, 2), 0.42, 0.58)
    stubble = graph.math("MULTIPLY", graph.value("beard"), graph.ramp(bristle, 0, 1, 0.45, 1))
    colour = graph.mix(graph.times(stubble, tone.stubble), colour, tone.beard)
    lip_noise = graph.ramp(graph.noise(rest, 30, 3), 0.3, 0.7)
    lip = graph.mix(lip_noise, tone.lip, tone.lip_light)
    colour = graph.mix(graph.times(lips, tone.lip_share), colour, lip)
    colour = graph.mix(mouth, colour, tone.mouth)
    return graph.mix(graph.times(graph.value("scalp"), 0.9), colour, tone.hair_root)


def _skin_roughness(graph: Graph, fine: Socket, lips: Socket, mouth: Socket) -> Socket:
    """Lips shine more than skin, the inside of the mouth most."""
    surface = graph.mix(lips, (0.46, 0.46, 0.46), (0.25, 0.25, 0.25))
    uneven = graph.times(graph.math("SUBTRACT", fine, 0.5), 0.12)
    return graph.math("SUBTRACT", graph.math("ADD", surface, uneven), graph.times(mouth, 0.15))


def _skin_relief(graph: Graph, rest: Socket, lips: Socket) -> Socket:
    """Pores on the skin, upright creases on the lips."""
    pores = graph.math(
        "ADD",
        graph.times(graph.ramp(graph.cells(rest, 85), 0, 0.5), 0.6),
        graph.times(graph.noise(rest, 55, 4, 0.65), 0.8),
    )
    creases = graph.noise(graph.stretched(rest, (60, 6, 6)), 1.0, 3)
    return graph.mix(lips, pores, creases)


def skin(lips_mask: Path, mouth_mask: Path, tone: SkinTone) -> Any:
    """Skin that reads the attributes of `skin.complexion` and two texture masks.

    Subsurface scattering is Christensen-Burley's: a third cheaper than a random walk.
    """
    graph = Graph("skin")
    shader = graph.principled
    rest = graph.vector("rest")
    lips, mouth = graph.mask(lips_mask), graph.mask(mouth_mask)
    fine = graph.ramp(graph.noise(rest, 14, 4, 0.6), 0.35, 0.65)
    colour = _skin_colour(graph, tone, rest, fine, lips, mouth)
    graph.connect(colour, shader.inputs["Base Color"])
    graph.connect(_skin_roughness(graph, fine, lips, mouth), shader.inputs["Roughness"])
    shader.inputs["Specular IOR Level"].default_value = 0.45
    shader.inputs["Subsurface Weight"].default_value = 0.9
    shader.inputs["Subsurface Radius"].default_value = (1.0, 0.35, 0.18)
    shader.inputs["Subsurface Scale"].default_value = 0.045
    shader.subsurface_method = "BURLEY"
    shader.inputs["Emission Color"].default_value = (*tone.mouth, 1.0)
    graph.connect(graph.times(mouth, _BOUNCED_LIGHT), shader.inputs["Emission Strength"])
    graph.bump(_skin_relief(graph, rest, lips), 0.22, 0.012)
    return graph.material


def _iris_colour(graph: Graph, angle: Socket, colour: Colour) -> Socket:
    """Fibres, a lighter ring by the pupil, the dark limbus and the pupil; angles in rad."""
    fibres = graph.noise(graph.vector("eth"), 1.0, 3, 0.7)
    shade = (colour[0] * 0.35, colour[1] * 0.35, colour[2] * 0.35)
    light = (min(1, colour[0] * 1.9), min(1, colour[1] * 1.9), min(1, colour[2] * 1.9))
    iris = graph.mix(fibres, shade, light)
    inner = graph.times(graph.ramp(angle, 0.16, 0.30, 1, 0), 0.55)
    iris = graph.mix(inner, iris, (0.16, 0.08, 0.03))
    limbus = graph.times(graph.ramp(angle, 0.31, 0.45), 0.93)
    iris = graph.mix(limbus, iris, (0.02, 0.012, 0.01))
    return graph.mix(graph.ramp(angle, 0.155, 0.175, 1, 0), iris, (0.002, 0.002, 0.002))


def _white_colour(graph: Graph, angle: Socket) -> Socket:
    veins = graph.ramp(graph.noise(graph.vector("erest"), 16, 5, 0.7), 0.56, 0.66)
    white = graph.mix(graph.times(veins, 0.25), (0.54, 0.505, 0.475), (0.46, 0.22, 0.18))
    corner = graph.times(graph.ramp(angle, 0.6, 1.25), 0.55)
    white = graph.mix(corner, white, (0.56, 0.32, 0.27))
    return graph.mix(graph.times(graph.value("elid"), 0.6), white, (0.16, 0.10, 0.085))


def _catchlight(graph: Graph, angle: Socket) -> Socket:
    """The key light's reflection on the cornea, drawn as a soft disc free of noise."""
    toward = graph.aligned(graph.reflection(), _CATCHLIGHT)
    disc = graph.ramp(toward, math.cos(0.30), math.cos(0.22))
    return graph.times(graph.times(disc, graph.ramp(angle, 0.42, 0.52, 1, 0)), 1.6)


def eye(iris: Colour) -> Any:
    """An eyeball under a wet coat; reads the attributes of `eyes.Eyeball`."""
    graph = Graph("eye")
    shader = graph.principled
    angle = graph.value("er")
    inside = graph.ramp(angle, 0.445, 0.50, 1, 0)
    colour = graph.mix(inside, _white_colour(graph, angle), _iris_colour(graph, angle, iris))
    graph.connect(colour, shader.inputs["Base Color"])
    shader.inputs["Roughness"].default_value = 0.35
    shader.inputs["Specular IOR Level"].default_value = 0.3
    shader.inputs["Coat Weight"].default_value = 1.0
    shader.inputs["Coat Roughness"].default_value = 0.02
    shader.inputs["Coat IOR"].default_value = 1.4
    graph.connect((1.0, 0.97, 0.93), shader.inputs["Emission Color"])
    graph.connect(_catchlight(graph, angle), shader.inputs["Emission Strength"])
    return graph.material


@dataclass(frozen=True)
class Finish:
    """How a plain surface takes light; `bump` is a noise scale and a strength, `glow` the
    share of its colour that bounced light shows."""

    roughness: float
    specular: float = 0.5
    subsurface: float = 0.0
    coat: float = 0.0
    bump: tuple[float, float] | None = None
    glow: float = 0.0


def plain(name: str, colour: Colour, finish: Finish) -> Any:
    """A material of one linear RGB colour."""
    graph = Graph(name)
    inputs = graph.principled.inputs
    graph.connect(colour, inputs["Base Color"])
    inputs["Roughness"].default_value = finish.roughness
    inputs["Specular IOR Level"].default_value = finish.specular
    inputs["Coat Weight"].default_value = finish.coat
    inputs["Coat Roughness"].default_value = 0.08
    inputs["Emission Color"].default_value = (*colour, 1.0)
    inputs["Emission Strength"].default_value = finish.glow
    if finish.subsurface:
        inputs["Subsurface Weight"].default_value = finish.subsurface
        inputs["Subsurface Scale"].default_value = 0.03
        inputs["Subsurface Radius"].default_value = (1, 0.3, 0.2)
    if finish.bump:
        scale, strength = finish.bump
        position = graph.add("ShaderNodeTexCoord").outputs["Object"]
        graph.bump(graph.noise(position, scale), strength, 0.02)
    return graph.material


def hair(name: str, melanin: float, redness: float) -> Any:
    """Hair coloured by its melanin (0..1) and the red share of it."""
    graph = Graph(name)
    graph.clear()
    shader = graph.add("ShaderNodeBsdfHairPrincipled")
    shader.parametrization = "MELANIN"
    shader.inputs["Melanin"].default_value = melanin
    shader.inputs["Melanin Redness"].default_value = redness
    shader.inputs["Roughness"].default_value = 0.32
    shader.inputs["Radial Roughness"].default_value = 0.5
    shader.inputs["Random Color"].default_value = 0.25
    shader.inputs["Random Roughness"].default_value = 0.2
    output = graph.add("ShaderNodeOutputMaterial")
    graph.connect(shader.outputs[0], output.inputs["Surface"])
    return graph.material
