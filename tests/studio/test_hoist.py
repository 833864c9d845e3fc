"""Cutting a graph by what depends on audio."""

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

from visavis.errors import StudioError
from visavis.studio.hoist import crossing, split


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


def test_halves_compute_what_the_whole_does() -> None:
    appearance, mouth, names = split(SPLIT, "template", "audio", "roi")
    assert names == ["seen"]
    feeds = {
        name: np.random.default_rng(n).normal(size=(1, 4)).astype(np.float32)
        for n, name in enumerate(("template", "audio"))
    }
    whole = _run(SPLIT, feeds)
    seen = _run(appearance, {"template": feeds["template"]})
    assert np.array_equal(_run(mouth, {**feeds, "seen": seen}), whole)


def test_a_generator_without_a_template_part_is_refused() -> None:
    model = graph_of([helper.make_node("Max", ["template", "audio"], ["roi"])])
    with pytest.raises(StudioError, match="without audio"):
        split(model, "template", "audio", "roi")


def _run(
    model: onnx.ModelProto, feeds: dict[str, "np.ndarray[tuple[int, ...], np.dtype[np.float32]]"]
) -> "np.ndarray[tuple[int, ...], np.dtype[np.float32]]":
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    result: np.ndarray[tuple[int, ...], np.dtype[np.float32]] = session.run(None, feeds)[0]
    return result
