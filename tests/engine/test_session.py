"""A model is opened or refused in one sentence, and its tensors must be what the bundle says."""

from dataclasses import dataclass

import numpy as np
import pytest
from onnx import TensorProto, helper

from visavis.engine.session import check_tensor, open_session, tensors
from visavis.errors import BundleError


@dataclass
class Info:
    name: str = "mel"
    shape: tuple[int | str | None, ...] = ("B", 1, 80, 16)
    type: str = "tensor(float)"


def _model(opset: int = 18, operator: str = "Neg") -> bytes:
    x, y = (helper.make_tensor_value_info(n, TensorProto.FLOAT, ["B", 2]) for n in "xy")
    graph = helper.make_graph([helper.make_node(operator, ["x"], ["y"])], "g", [x], [y])
    opsets = [helper.make_opsetid("", opset)]
    return bytes(helper.make_model(graph, opset_imports=opsets, ir_version=9).SerializeToString())


def test_a_model_runs() -> None:
    session = open_session(_model(), "m.onnx")
    inputs, outputs = tensors(session)
    assert [i.name for i in inputs + outputs] == ["x", "y"]
    (got,) = session.run(["y"], {"x": np.ones((3, 2), np.float32)})
    assert got.tolist() == [[-1, -1]] * 3


@pytest.mark.parametrize(
    "model", [b"", b"garbage", _model()[:-9], _model(operator="NoSuchOperator"), _model(opset=999)]
)
def test_what_cannot_be_loaded_is_one_sentence(model: bytes) -> None:
    with pytest.raises(
        BundleError, match=r"^ONNX Runtime cannot load m\.onnx: .+[^.]\.$"
    ) as caught:
        open_session(model, "m.onnx")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "shape", [("B", 1, 80, 16), (None, 1, 80, 16), (1, 1, 80, 16), ("B", "C", "H", "W")]
)
def test_a_fitting_tensor_passes(shape: tuple[int | str | None, ...]) -> None:
    check_tensor([Info("other"), Info(shape=shape)], "mel", (None, 1, 80, 16), "m.onnx")  # type: ignore[list-item]


@pytest.mark.parametrize(
    ("info", "says"),
    [
        (Info(name="input"), "m.onnx has no tensor named 'mel'; it has input."),
        (Info(type="tensor(double)"), "m.onnx: mel is tensor(double), not float32."),
        (Info(shape=("B", 1, 40, 16)), "not ['batch', 1, 80, 16]."),
        (Info(shape=("B", 80, 16)), "m.onnx: mel has the shape ('B', 80, 16), not"),
        (Info(shape=()), "m.onnx: mel has the shape (), not"),
    ],
)
def test_a_tensor_that_does_not_fit_is_named(info: Info, says: str) -> None:
    with pytest.raises(BundleError) as caught:
        check_tensor([info], "mel", (None, 1, 80, 16), "m.onnx")  # type: ignore[list-item]
    assert says in str(caught.value)
