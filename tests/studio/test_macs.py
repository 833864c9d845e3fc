from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from visavis.studio.macs import count


@pytest.fixture
def graph(tmp_path: Path) -> Path:
    """A 3×3 convolution of `picture`, and a product of `sound` that is added to it."""
    batch = "batch"
    kernel = numpy_helper.from_array(np.zeros((4, 2, 3, 3), np.float32), "kernel")
    matrix = numpy_helper.from_array(np.zeros((5, 4), np.float32), "matrix")
    shape = numpy_helper.from_array(np.array([-1, 4, 1, 1]), "shape")
    nodes = [
        helper.make_node("Conv", ["picture", "kernel"], ["seen"], pads=[1, 1, 1, 1]),
        helper.make_node("MatMul", ["sound", "matrix"], ["heard"]),
        helper.make_node("Reshape", ["heard", "shape"], ["tall"]),
        helper.make_node("Add", ["seen", "tall"], ["out"]),
    ]
    inputs = [
        helper.make_tensor_value_info("picture", TensorProto.FLOAT, [batch, 2, 8, 8]),
        helper.make_tensor_value_info("sound", TensorProto.FLOAT, [batch, 5]),
    ]
    output = helper.make_tensor_value_info("out", TensorProto.FLOAT, [batch, 4, 8, 8])
    made = helper.make_graph(nodes, "tiny", inputs, [output], [kernel, matrix, shape])
    path = tmp_path / "tiny.onnx"
    onnx.save(helper.make_model(made, opset_imports=[helper.make_opsetid("", 18)]), str(path))
    return path


def test_the_whole_graph_is_counted(graph: Path) -> None:
    assert count(graph) == 8 * 8 * 4 * 2 * 9 + 5 * 4


def test_only_what_an_input_reaches_is_counted(graph: Path) -> None:
    assert count(graph, "sound") == 5 * 4
