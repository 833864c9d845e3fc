"""Cutting a graph by what depends on audio."""

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from visavis.errors import StudioError
from visavis.studio.hoist import crossing


def graph_of(nodes: list[onnx.NodeProto]) -> onnx.ModelProto:
    """A model template [1, 4], audio [1, 4] → roi [1, 4] with one weight."""
    tensors = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, 4])
        for name in ("template", "audio", "roi")
    ]
    weight = numpy_helper.from_array(np.arange(4, dtype=np.float32), "weight")
    graph = helper.make_graph(nodes, "test", tensors[:2], tensors[2:], [weight])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)


SPLIT = graph_of(
    [
        helper.make_node("Mul", ["template", "weight"], ["scaled"]),
        helper.make_node("Relu", ["scaled"], ["seen"]),
        helper.make_node("Add", ["audio", "weight"], ["heard"]),
        helper.make_node("Add", ["seen", "heard"], ["both"]),
        helper.make_node("Add", ["both", "template"], ["roi"]),
    ]
)


def test_only_what_the_other_half_needs_crosses() -> None:
    assert crossing(SPLIT.graph, "template", "audio") == ["seen"]


def test_a_generator_without_a_template_part_is_refused() -> None:
    model = graph_of([helper.make_node("Max", ["template", "audio"], ["roi"])])
    with pytest.raises(StudioError, match="without audio"):
        crossing(model.graph, "template", "audio")
