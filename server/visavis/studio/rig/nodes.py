"""Shader node graphs, written as expressions over sockets."""

from pathlib import Path
from typing import Any

import bpy

from visavis.studio.rig import geometry

Socket = Any
"""A Blender node socket; wherever one is taken, a number or colour does as well."""
Colour = geometry.Colour


class Graph:
    """The node tree of one new material."""

    def __init__(self, name: str) -> None:
        self.material = bpy.data.materials.new(name)
        self.material.use_nodes = True
        self._tree = self.material.node_tree

    @property
    def principled(self) -> Any:
        """The surface shader that a new material has."""
        return self._tree.nodes["Principled BSDF"]

    def add(self, kind: str) -> Any:
        """A new node of a Blender node type."""
        return self._tree.nodes.new(kind)

    def clear(self) -> None:
        """Remove every node."""
        self._tree.nodes.clear()

    def connect(self, value: Socket, into: Socket) -> None:
        """Feed an input from a socket, or set it to a number or a colour."""
        if isinstance(value, bpy.types.NodeSocket):
            self._tree.links.new(value, into)
        elif isinstance(value, (int, float)):
            into.default_value = value
        else:
            into.default_value = (*value, 1.0)

    def attribute(self, name: str) -> Any:
        """The node that reads a mesh attribute: `Fac` is its value, `Vector` its vector."""
        node = self.add("ShaderNodeAttribute")
        node.attribute_name = name
        return node

    def value(self, name: str) -> Socket:
        """A scalar mesh attribute."""
        return self.attribute(name).outputs["Fac"]

    def vector(self, name: str) -> Socket:
        """A vector mesh attribute."""
        return self.attribute(name).outputs["Vector"]

    def mask(self, path: Path) -> Socket:
        """A texture read as data, laid out by the mesh's uvs."""
        node = self.add("ShaderNodeTexImage")
        node.image = bpy.data.images.load(str(path), check_existing=True)
        node.image.colorspace_settings.name = "Non-Color"
        return node.outputs["Color"]

    def mix(self, share: Socket, first: Socket, second: Socket) -> Socket:
        """`first` where `share` is 0, `second` where it is 1."""
        node = self.add("ShaderNodeMix")
        node.data_type = "RGBA"
        for value, slot in ((share, 0), (first, 6), (second, 7)):
            self.connect(value, node.inputs[slot])
        return node.outputs[2]

    def math(self, operation: str, first: Socket, second: Socket) -> Socket:
        """A Blender math operation such as MULTIPLY."""
        node = self.add("ShaderNodeMath")
        node.operation = operation
        self.connect(first, node.inputs[0])
        self.connect(second, node.inputs[1])
        return node.outputs[0]

    def times(self, first: Socket, second: Socket) -> Socket:
        """The product of two numbers."""
        return self.math("MULTIPLY", first, second)

    def noise(
        self, at: Socket, scale: float, detail: float = 3.0, roughness: float = 0.5
    ) -> Socket:
        """Fractal noise 0..1 over a coordinate."""
        node = self.add("ShaderNodeTexNoise")
        node.inputs["Scale"].default_value = scale
        node.inputs["Detail"].default_value = detail
        node.inputs["Roughness"].default_value = roughness
        self.connect(at, node.inputs["Vector"])
        return node.outputs["Fac"]

    def reflection(self) -> Socket:
        """The direction in which the view is mirrored, in Blender's axes."""
        return self.add("ShaderNodeTexCoord").outputs["Reflection"]

    def aligned(self, direction: Socket, toward: Colour) -> Socket:
        """Cosine between a direction and one given in the rig's axes."""
        node = self.add("ShaderNodeVectorMath")
        node.operation = "DOT_PRODUCT"
        self.connect(direction, node.inputs[0])
        target = geometry.to_blender(geometry.unit(toward))
        node.inputs[1].default_value = target.tolist()
        return node.outputs["Value"]

    def cells(self, at: Socket, scale: float) -> Socket:
        """Distance to the nearest of scattered points (Voronoi)."""
        node = self.add("ShaderNodeTexVoronoi")
        node.inputs["Scale"].default_value = scale
        self.connect(at, node.inputs["Vector"])
        return node.outputs["Distance"]

    def stretched(self, at: Socket, scale: Colour) -> Socket:
        """A coordinate scaled along its axes."""
        node = self.add("ShaderNodeMapping")
        node.inputs["Scale"].default_value = scale
        self.connect(at, node.inputs["Vector"])
        return node.outputs["Vector"]

    def ramp(
        self, value: Socket, low: float, high: float, start: float = 0.0, end: float = 1.0
    ) -> Socket:
        """`value` carried from low..high to start..end, and held there."""
        node = self.add("ShaderNodeMapRange")
        for slot, number in enumerate((low, high, start, end), start=1):
            node.inputs[slot].default_value = number
        self.connect(value, node.inputs[0])
        return node.outputs[0]

    def bump(self, height: Socket, strength: float, distance: float) -> None:
        """Let a height field bend the surface's normals."""
        node = self.add("ShaderNodeBump")
        node.inputs["Strength"].default_value = strength
        node.inputs["Distance"].default_value = distance
        self.connect(height, node.inputs["Height"])
        self.connect(node.outputs["Normal"], self.principled.inputs["Normal"])
