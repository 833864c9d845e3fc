"""External data is found wherever a model can hide it, and no bytes break the search."""

import contextlib

import numpy as np
import onnx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import TensorProto, helper, numpy_helper

from visavis.core.onnxfile import MalformedOnnxError, has_external_data


def _tensor(external: bool) -> onnx.TensorProto:
    tensor = numpy_helper.from_array(np.ones(4, np.float32), "w")
    if external:
        tensor.ClearField("raw_data")
        tensor.data_location = TensorProto.EXTERNAL
        tensor.external_data.add(key="location", value="../../etc/passwd")
    return tensor


def _graph(
    nodes: list[onnx.NodeProto], weights: list[onnx.TensorProto] | None = None
) -> onnx.GraphProto:
    y = helper.make_tensor_value_info("y", TensorProto.FLOAT, [4])
    return helper.make_graph(nodes, "g", [], [y], weights or [])


def _initializer(external: bool) -> onnx.ModelProto:
    node = helper.make_node("Identity", ["w"], ["y"])
    return helper.make_model(_graph([node], [_tensor(external)]))


def _attribute(external: bool) -> onnx.ModelProto:
    node = helper.make_node("Constant", [], ["y"], value=_tensor(external))
    return helper.make_model(_graph([node]))


def _attribute_list(external: bool) -> onnx.ModelProto:
    node = helper.make_node("Custom", [], ["y"])
    attribute = node.attribute.add(name="values", type=onnx.AttributeProto.TENSORS)
    attribute.tensors.extend([_tensor(False), _tensor(external)])
    return helper.make_model(_graph([node]))


def _subgraph(external: bool) -> onnx.ModelProto:
    branch = _attribute(external).graph
    inner = helper.make_node("If", ["c"], ["y"], then_branch=branch, else_branch=branch)
    outer = helper.make_node(
        "If", ["c"], ["y"], then_branch=_graph([inner]), else_branch=_graph([inner])
    )
    return helper.make_model(_graph([outer]))


def _subgraph_list(external: bool) -> onnx.ModelProto:
    node = helper.make_node("Custom", [], ["y"])
    attribute = node.attribute.add(name="bodies", type=onnx.AttributeProto.GRAPHS)
    attribute.graphs.append(_attribute(external).graph)
    return helper.make_model(_graph([node]))


def _function(external: bool) -> onnx.ModelProto:
    body = [helper.make_node("Constant", [], ["y"], value=_tensor(external))]
    opsets = [helper.make_opsetid("", 18)]
    function = helper.make_function("local", "F", [], ["y"], body, opsets)
    call = helper.make_node("F", [], ["y"], domain="local")
    return helper.make_model(_graph([call]), functions=[function])


def _sparse(external: bool) -> onnx.ModelProto:
    model = helper.make_model(_graph([helper.make_node("Identity", ["w"], ["y"])]))
    sparse = model.graph.sparse_initializer.add()
    sparse.values.CopyFrom(_tensor(external))
    sparse.indices.CopyFrom(numpy_helper.from_array(np.arange(4), "i"))
    return model


def _training(external: bool) -> onnx.ModelProto:
    model = helper.make_model(_graph([]))
    model.training_info.add().initialization.CopyFrom(_attribute(external).graph)
    return model


PLACES = [
    _initializer, _attribute, _attribute_list, _subgraph, _subgraph_list, _function, _sparse,
    _training,
]  # fmt: skip


@pytest.mark.parametrize("build", PLACES)
def test_external_data_is_found(build: "type[onnx.ModelProto]") -> None:
    assert has_external_data(build(True).SerializeToString())
    assert not has_external_data(build(False).SerializeToString())


def test_a_location_alone_is_external_data() -> None:
    """A tensor that hides the flag but names a file is refused too."""
    model = _initializer(True)
    model.graph.initializer[0].ClearField("data_location")
    assert has_external_data(model.SerializeToString())


def test_the_flag_alone_is_external_data() -> None:
    model = _initializer(True)
    model.graph.initializer[0].ClearField("external_data")
    assert has_external_data(model.SerializeToString())


def test_a_bottomless_graph_is_malformed() -> None:
    graph = _graph([])
    for _ in range(15):
        node = helper.make_node("If", ["c"], ["y"], then_branch=graph)
        graph = _graph([node])
    with pytest.raises(MalformedOnnxError, match="nested too deeply"):
        has_external_data(helper.make_model(graph).SerializeToString())


def test_a_truncated_model_is_malformed() -> None:
    whole = _attribute(False).SerializeToString()
    with pytest.raises(MalformedOnnxError, match="cut off"):
        has_external_data(whole[:-3])


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"\x0b", "wire type 3"),
        (b"\xff" * 12, "number is too long"),
        (b"\x80", "number is cut off"),
        (b"\x3a\x7f", "field is cut off"),
        (b"\x0d\x00", "field is cut off"),
    ],
)
def test_each_defect_is_named(data: bytes, says: str) -> None:
    with pytest.raises(MalformedOnnxError, match=says):
        has_external_data(data)


@settings(max_examples=300, deadline=None)
@given(data=st.binary(max_size=200))
def test_random_bytes_are_read_or_malformed(data: bytes) -> None:
    with contextlib.suppress(MalformedOnnxError):
        assert has_external_data(data) in (True, False)


@settings(max_examples=200, deadline=None)
@given(place=st.integers(0, 400), byte=st.integers(0, 255))
def test_a_damaged_model_is_read_or_malformed(place: int, byte: int) -> None:
    data = bytearray(_subgraph(False).SerializeToString())
    data[place % len(data)] = byte
    with contextlib.suppress(MalformedOnnxError):
        assert has_external_data(bytes(data)) in (True, False)
