"""Graphs are read or refused with a reason, and parts of them are models of their own."""

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper
from tests.engine.graph.graphs import feeds, model, network, node

from visavis.engine.graph.network import GraphError, Network, read_network

NODES = [
    node("Relu", "template", "seen"),
    node("ReduceMean", "audio axes", "level"),
    node("Add", "seen level", "roi"),
]
AXES = {"axes": np.array([1, 2, 3])}


@pytest.fixture
def simple() -> Network:
    return network(NODES, weights=AXES)


def test_a_graph_is_read(simple: Network) -> None:
    assert [info.name for info in simple.inputs] == ["template", "audio"]
    assert simple.output_names == {"roi"}
    assert simple.dependent(["audio"]) == {"audio", "level", "roi"}
    assert simple.consumers()["seen"] == simple.consumers()["roi"] == 1
    assert simple.producers()["level"].op_type == "ReduceMean"


def test_a_part_has_what_it_needs_and_no_more(simple: Network) -> None:
    part = onnx.load_model_from_string(simple.build(simple.inputs[:1], ["seen"]))
    assert [n.op_type for n in part.graph.node] == ["Relu"]
    assert not part.graph.initializer
    rest = onnx.load_model_from_string(simple.build(simple.inputs, ["roi"]))
    assert [n.op_type for n in rest.graph.node] == ["Relu", "ReduceMean", "Add"]
    assert [tensor.name for tensor in rest.graph.initializer] == ["axes"]


def test_tensors_inside_are_computed(simple: Network) -> None:
    given = feeds()
    values = simple.evaluate(["seen", "level"], given)
    assert np.array_equal(values["seen"], np.maximum(given["template"], 0))
    assert values["level"].item() == pytest.approx(given["audio"].mean(), abs=1e-6)
    assert simple.evaluate([], given) == {}


def test_what_does_not_run_is_told(simple: Network) -> None:
    wrong = {name: value[:, :1] for name, value in feeds().items()}
    with pytest.raises(GraphError, match="it does not run: "):
        simple.evaluate(["roi"], wrong)


def test_a_fresh_name_is_not_taken(simple: Network) -> None:
    names = {simple.fresh("seen") for _ in range(5)}
    assert len(names) == 5
    assert names.isdisjoint({"seen", "level", "roi", "template", "audio", "axes"})


def _external() -> bytes:
    proto = onnx.load_model_from_string(model(NODES, AXES))
    proto.graph.initializer[0].data_location = TensorProto.EXTERNAL
    return bytes(proto.SerializeToString())


def _with_function() -> bytes:
    proto = onnx.load_model_from_string(model(NODES, AXES))
    function = helper.make_function("own", "F", ["x"], ["y"], [node("Relu", "x", "y")], [])
    proto.functions.append(function)
    return bytes(proto.SerializeToString())


def _with_branch() -> bytes:
    info = helper.make_tensor_value_info("x", TensorProto.FLOAT, [1])
    inner = helper.make_graph([node("Relu", "template", "x")], "inner", [], [info])
    branch = node("If", "flag", "roi", then_branch=inner, else_branch=inner)
    return model([branch], {"flag": np.array(True)})


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"\x3a\x00\xff", "not an ONNX model"),
        (b"\x3a\x02\xff\xff", "not an ONNX model"),
        (_external(), "weights in another file"),
        (_with_function(), "functions"),
        (_with_branch(), "If has a graph inside"),
        (model([node("Strange", "template audio", "roi", domain="far.away")]), "far.away"),
        (model([node("RandomNormalLike", "template", "roi")]), "RandomNormalLike is random"),
        (model([node("Relu", "template", "roi")] * 5001), "5001 nodes"),
    ],
)
def test_what_the_surgery_does_not_know_is_refused(data: bytes, says: str) -> None:
    with pytest.raises(GraphError, match=says):
        read_network(data)
