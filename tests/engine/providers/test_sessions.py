"""Every runtime reads and writes the caller's memory, and fails with a clause."""

import importlib.util
import subprocess
import sys

import numpy as np
import pytest
from onnx import TensorProto, helper

from visavis.engine.providers.candidate import EXACT, Candidate
from visavis.engine.providers.catalogue import Precision, Provider, Runtime
from visavis.engine.providers.onnx import plugin_devices
from visavis.engine.providers.opening import open_candidate
from visavis.engine.providers.usable import candidates, standings
from visavis.engine.session import SessionError


def _doubler() -> bytes:
    """float16 [batch, 4] → twice that as bytes."""
    nodes = [
        helper.make_node("Cast", ["x"], ["wide"], to=TensorProto.FLOAT),
        helper.make_node("Add", ["wide", "wide"], ["twice"]),
        helper.make_node("Cast", ["twice"], ["y"], to=TensorProto.UINT8),
    ]
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT16, ["batch", 4])
    y = helper.make_tensor_value_info("y", TensorProto.UINT8, ["batch", 4])
    graph = helper.make_graph(nodes, "doubler", [x], [y])
    opsets = [helper.make_opsetid("", 18)]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=8)
    return bytes(model.SerializeToString())


@pytest.mark.parametrize("batch", [1, 3])
@pytest.mark.parametrize("candidate", candidates(), ids=str)
def test_memory_is_the_callers(candidate: Candidate, batch: int) -> None:
    session = open_candidate(_doubler(), candidate, 1, {"x": (batch, 4)})
    x, y = np.full((batch, 4), 3, np.float16), np.zeros((batch, 4), np.uint8)
    session.set_input("x", x)
    session.set_output("y", y)
    session.run()
    assert (y == 6).all()
    x[:] = 5  # seen without being set again
    session.run()
    assert (y == 10).all()
    other, out = np.full((batch, 4), 7, np.float16), np.zeros((batch, 4), np.uint8)
    session.set_input("x", other)
    session.set_output("y", out)
    session.run()
    assert (out == 14).all()
    assert (y == 10).all()


@pytest.mark.parametrize("candidate", candidates(), ids=str)
def test_what_is_no_network_is_refused(candidate: Candidate) -> None:
    with pytest.raises(SessionError):
        open_candidate(b"none", candidate, 1, {"x": (1, 4)})


def test_a_wrong_shape_is_an_error_of_the_session() -> None:
    session = open_candidate(_doubler(), EXACT, 1, {"x": (1, 4)})
    session.set_input("x", np.zeros((1, 5), np.float16))
    session.set_output("y", np.zeros((1, 4), np.uint8))
    with pytest.raises(SessionError):
        session.run()


def test_a_provider_that_is_not_at_hand_is_no_silent_processor() -> None:
    with pytest.raises(SessionError, match="CUDA is not at hand"):
        open_candidate(_doubler(), Candidate("cuda", Precision.FP32), 1, {"x": (1, 4)})


def test_the_exact_one_is_always_there_and_first() -> None:
    assert candidates()[0] == EXACT
    for standing in standings():
        assert standing.precisions or standing.reason


def test_openvino_counts_only_where_it_is_installed() -> None:
    installed = importlib.util.find_spec("openvino") is not None
    assert installed == any(candidate.provider == "openvino" for candidate in candidates())


def test_a_plugin_whose_library_does_not_load_says_so() -> None:
    row = Provider("x", "X", Runtime.PLUGIN, "X", "pip install x", {}, module="json")
    with pytest.raises(SessionError, match="get_library_path"):
        plugin_devices(row)


@pytest.mark.skipif(importlib.util.find_spec("openvino") is None, reason="needs openvino")
def test_openvino_reports_to_nobody() -> None:
    program = (
        "import sys, threading\n"
        "from visavis.engine.providers.openvino import precisions\n"
        "assert precisions()\n"
        "assert threading.active_count() == 1, threading.enumerate()\n"
        "assert sys.modules['openvino_telemetry'] is None\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
