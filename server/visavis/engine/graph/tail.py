"""The end of the network as the fast path runs it: RGB in, bytes of yuv420p planes out.

Plain arithmetic, no convolution: a runtime that computes convolutions in low precision keeps what
comes after the last of them in float32.
"""

import numpy as np
from onnx import TensorProto, helper

from visavis.core.colour import OFFSET, RGB_TO_YUV
from visavis.engine.graph.mouth import CHECK, PLANES
from visavis.engine.graph.network import Network

_SPLITS_ARE_AN_INPUT = 13
_LIMITS_ARE_INPUTS = 11


def end_in_planes(network: Network, rgb: str) -> None:
    """Make `PLANES` and `CHECK` of RGB [B, 3, h, w] in [0, 1] the network's outputs."""
    tail = _Tail(network)
    luma = tail.mix(tail.channels(rgb), 0)
    small = tail.channels(tail.node("AveragePool", rgb, kernel_shape=[2, 2], strides=[2, 2]))
    planes = [luma, tail.mix(small, 1), tail.mix(small, 2)]
    tail.node("GlobalAveragePool", luma, output=CHECK)
    rows = [tail.node("Flatten", tail.byte(plane), axis=1) for plane in planes]
    tail.node("Concat", *rows, output=PLANES, axis=1)
    network.outputs[:] = [
        helper.make_tensor_value_info(PLANES, TensorProto.UINT8, None),
        helper.make_tensor_value_info(CHECK, TensorProto.FLOAT, None),
    ]
    network.prune()


class _Tail:
    def __init__(self, network: Network) -> None:
        self._network = network
        self._opset = network.opset

    def node(self, kind: str, *inputs: str, output: str = "", **attributes: object) -> str:
        output = output or self._network.fresh("tail")
        self._network.nodes.append(
            helper.make_node(kind, list(inputs), [output], name=output, **attributes)
        )
        return output

    def constant(self, value: object, kind: type = np.float32) -> str:
        name = self._network.fresh("tail_constant")
        self._network.weights[name] = np.asarray(value, kind)
        return name

    def channels(self, rgb: str) -> list[str]:
        names = [self._network.fresh("channel") for _ in range(3)]
        inputs = [rgb]
        attributes: dict[str, int | list[int]] = {"axis": 1}
        if self._opset >= _SPLITS_ARE_AN_INPUT:
            inputs.append(self.constant([1, 1, 1], np.int64))
        else:
            attributes["split"] = [1, 1, 1]
        node = helper.make_node("Split", inputs, names, name=names[0], **attributes)
        self._network.nodes.append(node)
        return names

    def mix(self, channels: list[str], plane: int) -> str:
        """One plane, in levels, with the half that makes the cut to bytes a rounding."""
        total = self.constant(OFFSET[plane] + 0.5)
        for channel, weight in zip(channels, RGB_TO_YUV[plane], strict=True):
            total = self.node("Add", self.node("Mul", channel, self.constant(weight)), total)
        return total

    def byte(self, plane: str) -> str:
        if self._opset >= _LIMITS_ARE_INPUTS:
            clipped = self.node("Clip", plane, self.constant(0), self.constant(255.5))
        else:
            clipped = self.node("Clip", plane, min=0.0, max=255.5)
        return self.node("Cast", clipped, to=TensorProto.UINT8)
