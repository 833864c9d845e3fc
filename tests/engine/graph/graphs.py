"""Small two-input generators for the tests of the surgery."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from bench.synctalk import Family
from visavis.engine.graph.network import Network, read_network

Float32 = NDArray[np.float32]
SIDE = 8
TINY = Family(size=32, audio=(4, 2, 2), audio_strides=(1, 2), audio_pads=(1, 1), last=4,
              widths=(4, 4, 4, 8, 8, 8))  # fmt: skip


def model(
    nodes: Sequence[onnx.NodeProto],
    weights: dict[str, NDArray[Any]] | None = None,
    template: Sequence[int | str] = (1, 3, SIDE, SIDE),
    audio: Sequence[int | str] = (1, 2, SIDE, SIDE),
    output: Sequence[int | str] = (1, 3, SIDE, SIDE),
    opset: int = 18,
) -> bytes:
    """A model of `template` and `audio` that makes `roi`."""
    infos = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, list(shape))
        for name, shape in (("template", template), ("audio", audio), ("roi", output))
    ]
    tensors = [numpy_helper.from_array(value, name) for name, value in (weights or {}).items()]
    graph = helper.make_graph(list(nodes), "test", infos[:2], infos[2:], tensors)
    opsets = [helper.make_opsetid("", opset)]
    proto = helper.make_model(graph, opset_imports=opsets, ir_version=8)
    return bytes(proto.SerializeToString())


def network(nodes: Sequence[onnx.NodeProto], **more: Any) -> Network:
    """The same, read."""
    return read_network(model(nodes, **more))


def node(kind: str, inputs: str, output: str, **attributes: Any) -> onnx.NodeProto:
    """`inputs` and `output` are names with spaces between; `-` is an input that is left out."""
    names = ["" if name == "-" else name for name in inputs.split()]
    return helper.make_node(kind, names, output.split(), **attributes)


def noise(*shape: int, seed: int = 0) -> Float32:
    return np.random.default_rng(seed).standard_normal(shape).astype(np.float32)


def feeds(batch: int = 1) -> dict[str, Float32]:
    """Inputs of the default shapes."""
    return {
        "template": noise(batch, 3, SIDE, SIDE, seed=1),
        "audio": noise(batch, 2, SIDE, SIDE, seed=2),
    }
