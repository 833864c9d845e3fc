"""What the machine can do at most: arithmetic and memory, measured."""

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper

from bench.turns import Run, rates
from visavis.engine.cores import usable_cores
from visavis.engine.providers.candidate import EXACT, Candidate
from visavis.engine.providers.catalogue import Precision
from visavis.engine.providers.opening import open_candidate
from visavis.engine.providers.usable import candidates
from visavis.studio.macs import node_macs, shapes_of

_SIDE = 1024  # of the square matrices
_COPY_MB = 64  # far more than the caches hold


def peaks() -> dict[str, float]:
    """On all cores: billions of multiply-accumulates a second in float32 and, where there is bf16,
    in that; and gigabytes a second read and written by a copy."""
    half = Candidate("openvino", Precision.BF16)
    tried = {"peak_fp32_gmacs": EXACT}
    if half in candidates():
        tried["peak_bf16_gmacs"] = half
    cores = usable_cores()
    teams: dict[str, Sequence[Run]] = {
        name: [_multiplier(candidate) for _ in range(cores)] for name, candidate in tried.items()
    }
    teams["bandwidth_gbs"] = [_copier() for _ in range(cores)]
    found = rates(teams, rounds=5)
    scale = dict.fromkeys(tried, _SIDE**3 / 1000000000.0) | {"bandwidth_gbs": 2 * _COPY_MB / 1e3}
    return {name: rate * scale[name] for name, rate in found.items()}


def macs(model: bytes) -> int:
    """Multiply-accumulates of a network for one frame."""
    graph = onnx.load_from_string(model)
    shapes = shapes_of(graph, 1)
    return sum(node_macs(node, shapes) for node in graph.graph.node)


def least_bytes(model: bytes) -> int:
    """Bytes of every tensor that its nodes read and write, for one frame: what memory would have to
    move if nothing stayed in a cache."""
    graph = onnx.load_from_string(model)
    shapes = shapes_of(graph, 1)
    sizes = {name: 4 * math.prod(shape) for name, shape in shapes.items()}
    return sum(
        sizes.get(name, 0) for node in graph.graph.node for name in (*node.input, *node.output)
    )


def _multiplier(candidate: Candidate) -> Run:
    rng = np.random.default_rng(0)
    weight = helper.make_tensor(
        "w", TensorProto.FLOAT, (_SIDE, _SIDE), rng.standard_normal(_SIDE**2).astype(np.float32)
    )
    infos = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, (_SIDE, _SIDE)) for name in "xy"
    ]
    nodes = [helper.make_node("MatMul", ["x", "w"], ["y"])]
    graph = helper.make_graph(nodes, "peak", infos[:1], infos[1:], [weight])
    opsets = [helper.make_opsetid("", 18)]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=8).SerializeToString()
    x, y = (np.ones((_SIDE, _SIDE), np.float32) for _ in "xy")
    session = open_candidate(model, candidate, 1, {"x": x.shape})
    session.set_input("x", x)
    session.set_output("y", y)

    def run() -> int:
        session.run()
        return 1

    return run


def _copier() -> Run:
    source = np.ones(_COPY_MB * 1_000_000, np.uint8)
    target = np.empty_like(source)

    def run() -> int:
        np.copyto(target, source)
        return 1

    return run


def rss_mb() -> float:
    """Resident memory of this process."""
    fields = Path("/proc/self/status").read_text().splitlines()
    line = next(line for line in fields if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024
