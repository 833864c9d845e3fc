import numpy as np
import onnx
import onnxruntime as ort
from onnx import TensorProto, helper, numpy_helper

from visavis.studio.bypass import TOLD, narrowest, told
from visavis.studio.dataset import CHANNELS

SIZE = len(CHANNELS)


def painter(channels: int = SIZE) -> onnx.ModelProto:
    """Audio [B, 2] → articulation [B, channels] → its sum and its excess light the picture."""
    nodes = [
        helper.make_node("MatMul", ["audio", "ears"], ["heard"]),
        helper.make_node("Tanh", ["heard"], ["articulation"]),
        helper.make_node("ReduceSum", ["articulation", "axis"], ["sum"], keepdims=1),
        helper.make_node("Relu", ["articulation"], ["excess"]),
        helper.make_node("ReduceMax", ["excess", "axis"], ["most"], keepdims=1),
        helper.make_node("Add", ["template", "sum"], ["lit"]),
        helper.make_node("Mul", ["lit", "most"], ["roi"]),
    ]
    random = np.random.default_rng(0)
    constants = [
        numpy_helper.from_array(random.normal(0, 1, (2, channels)).astype(np.float32), "ears"),
        numpy_helper.from_array(np.array([1]), "axis"),
    ]
    inputs = [
        helper.make_tensor_value_info("template", TensorProto.FLOAT, ["batch", 3]),
        helper.make_tensor_value_info("audio", TensorProto.FLOAT, ["batch", 2]),
    ]
    output = [helper.make_tensor_value_info("roi", TensorProto.FLOAT, ["batch", 3])]
    graph = helper.make_graph(nodes, "painter", inputs, output, constants)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)


def test_the_narrow_place_is_the_articulation() -> None:
    assert narrowest(painter().graph, "template", "audio", "roi") == "articulation"


def test_a_told_painter_paints_what_it_would_have_heard() -> None:
    model = painter()
    changed = told(model, "template", "audio", "roi")
    assert changed is not None
    audio, template = np.ones((1, 2), np.float32), np.full((1, 3), 0.5, np.float32)
    whole = ort.InferenceSession(model.SerializeToString())
    heard = whole.run(["roi"], {"template": template, "audio": audio})[0]
    ears = numpy_helper.to_array(model.graph.initializer[0])
    feeds = {"template": template, "audio": 0 * audio, TOLD: np.tanh(audio @ ears)}
    session = ort.InferenceSession(changed.SerializeToString())
    np.testing.assert_allclose(session.run(["roi"], feeds)[0], heard, rtol=1e-6)


def test_a_generator_of_another_kind_is_left_alone() -> None:
    assert told(painter(SIZE + 1), "template", "audio", "roi") is None
