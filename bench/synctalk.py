"""The SyncTalk_2D class of generators with random weights, as an ONNX file, without PyTorch."""

from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

_UPSAMPLE_HAS_ALIGN_CORNERS = 11
_PADS_ARE_AN_INPUT = 11
_ROI_IS_OPTIONAL = 13


@dataclass(frozen=True)
class Family:
    """What tells one network of the class from another."""

    size: int = 320  # pixels of the ROI, a multiple of 32
    audio: tuple[int, int, int] = (32, 16, 16)  # channels, rows, columns
    audio_strides: tuple[int, int] = (1, 2)  # of the branch's two wide convolutions
    audio_pads: tuple[int, int] = (1, 3)
    widths: tuple[int, ...] = (32, 32, 64, 128, 256, 512)
    last: int = 16  # channels before the picture
    opset: int = 18
    names: tuple[str, str, str] = ("input", "audio", "output")
    batch: int | str = 1
    pad: bool = True  # the zero padding before each concat that a traced export keeps

    @property
    def shapes(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Template and audio, without the batch."""
        return (6, self.size, self.size), self.audio


SYNCTALK = Family()
ULTRALIGHT = Family(
    size=160,
    audio=(32, 32, 32),
    audio_strides=(2, 2),
    widths=(32, 64, 128, 256, 512),
    last=32,
    opset=11,
    names=("img", "hubert", "out"),
)


def build(family: Family = SYNCTALK, seed: int = 0) -> bytes:
    """The generator's ONNX model: template [B, 6, R, R], audio [B, …] → picture [B, 3, R, R]."""
    return _Builder(family, np.random.default_rng(seed)).generator()


@dataclass
class _Builder:
    family: Family
    rng: np.random.Generator
    nodes: list[onnx.NodeProto] = field(default_factory=list)
    weights: list[onnx.TensorProto] = field(default_factory=list)

    def generator(self) -> bytes:
        template, audio, output = self.family.names
        widths = self.family.widths
        skips = [self.block(template, 6, widths[0])]
        for before, after in pairwise(widths):
            skips.append(self.double(skips[-1], before, after, stride=2))
        x = self.node("Concat", [skips.pop(), self.heard(audio)], axis=1)
        x = self.double(x, 2 * widths[-1], widths[-1])
        x = self.double(x, widths[-1], widths[-2])
        width = widths[-2]
        for level in reversed(range(len(widths) - 1)):
            after = widths[level - 1] if level else self.family.last
            joined = self.node("Concat", [self.upsample(x), skips.pop()], axis=1)
            x = self.double(joined, width + widths[level], after)
            width = after
        x = self.conv(x, width, 3, 1, bias=True)
        self.node("Sigmoid", [x], to=output)
        return self.model()

    def heard(self, x: str) -> str:
        """The audio branch, down to the size of the deepest skip."""
        channels, (a, b, c, d) = self.family.audio[0], self.family.widths[-4:]
        strides, pads = self.family.audio_strides, self.family.audio_pads
        x = self.block(self.block(x, channels, a), a, b)
        x = self.dense(x, b, c, strides[0], pads[0])
        x = self.dense(self.block(x, c, c, residual=True), c, d, strides[1], pads[1])
        return self.block(self.block(x, d, d, residual=True), d, d, residual=True)

    def double(self, x: str, before: int, after: int, stride: int = 1) -> str:
        return self.block(self.block(x, before, after, stride), after, after, residual=True)

    def block(
        self, x: str, before: int, after: int, stride: int = 1, residual: bool = False
    ) -> str:
        """An inverted residual, twice as wide inside."""
        inner = 2 * before
        y = self.relu(self.norm(self.conv(x, before, inner, 1), inner))
        y = self.conv(y, inner, inner, 3, stride=stride, pad=1, group=inner)
        y = self.conv(self.relu(self.norm(y, inner)), inner, after, 1)
        y = self.norm(y, after)
        return self.node("Add", [x, y]) if residual else y

    def dense(self, x: str, before: int, after: int, stride: int, pad: int) -> str:
        y = self.conv(x, before, after, 3, stride=stride, pad=pad)
        return self.relu(self.norm(y, after))

    def conv(
        self,
        x: str,
        before: int,
        after: int,
        kernel: int,
        stride: int = 1,
        pad: int = 0,
        group: int = 1,
        bias: bool = False,
    ) -> str:
        fan_in = before // group * kernel * kernel
        shape = (after, before // group, kernel, kernel)
        inputs = [x, self.weight(self.rng.normal(0, (2 / fan_in) ** 0.5, shape))]
        if bias:
            inputs.append(self.weight(self.rng.normal(0, 0.1, after)))
        return self.node(
            "Conv",
            inputs,
            group=group,
            kernel_shape=[kernel] * 2,
            strides=[stride] * 2,
            pads=[pad] * 4,
        )

    def norm(self, x: str, width: int) -> str:
        scale, shift, mean = (self.rng.normal(m, 0.1, width) for m in (0.7, 0, 0))
        values = (scale, shift, mean, self.rng.uniform(0.8, 1.2, width))
        return self.node("BatchNormalization", [x, *map(self.weight, values)], epsilon=1e-5)

    def relu(self, x: str) -> str:
        return self.node("Relu", [x])

    def upsample(self, x: str) -> str:
        scales = self.weight(np.array([1, 1, 2, 2]))
        if self.family.opset < _UPSAMPLE_HAS_ALIGN_CORNERS:
            name = "Upsample" if self.family.opset == 9 else "Resize"
            x = self.node(name, [x, scales], mode="linear")
        else:
            modes = {"mode": "linear", "coordinate_transformation_mode": "align_corners"}
            roi = "" if self.family.opset >= _ROI_IS_OPTIONAL else self.weight(np.zeros(0))
            x = self.node("Resize", [x, roi, scales], **modes)
        if not self.family.pad:
            return x
        if self.family.opset < _PADS_ARE_AN_INPUT:
            return self.node("Pad", [x], pads=[0] * 8)
        return self.node("Pad", [x, self.weight(np.zeros(8), np.int64)])

    def node(self, kind: str, inputs: list[str], to: str = "", **attributes: object) -> str:
        output = to or f"t{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [output], **attributes))
        return output

    def weight(
        self, value: "np.ndarray[tuple[int, ...], np.dtype[np.generic]]", kind: type = np.float32
    ) -> str:
        name = f"w{len(self.weights)}"
        self.weights.append(numpy_helper.from_array(value.astype(kind), name))
        return name

    def model(self) -> bytes:
        template, audio, output = self.family.names
        shapes = dict(zip((template, audio), self.family.shapes, strict=True))
        shapes[output] = (3, self.family.size, self.family.size)
        infos = {
            name: helper.make_tensor_value_info(
                name, TensorProto.FLOAT, [self.family.batch, *shape]
            )
            for name, shape in shapes.items()
        }
        inputs = [infos[template], infos[audio]]
        graph = helper.make_graph(self.nodes, "generator", inputs, [infos[output]], self.weights)
        opsets = [helper.make_opsetid("", self.family.opset)]
        model = helper.make_model(graph, opset_imports=opsets, ir_version=8)
        data: bytes = model.SerializeToString()
        return data
