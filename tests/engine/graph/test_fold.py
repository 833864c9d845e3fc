"""Folding changes the graph and not what it computes."""

import numpy as np
import pytest
from tests.engine.graph.graphs import feeds, network, node, noise

from visavis.engine.graph.fold import drop_identities, fold_batch_norms, fold_constants
from visavis.engine.graph.network import Network

BATCHES: dict[str, tuple[int | str, ...]] = {
    "template": ("B", 3, 8, 8),
    "audio": ("B", 2, 8, 8),
    "output": ("B", 3, 8, 8),
}


def kinds(net: Network) -> list[str]:
    return [n.op_type for n in net.nodes]


def same(before: Network, after: Network, atol: float = 0.0) -> None:
    for batch in (1, 2) if before.inputs[0].type.tensor_type.shape.dim[0].dim_param else (1,):
        expected, got = (n.evaluate(["roi"], feeds(batch))["roi"] for n in (before, after))
        assert np.allclose(got, expected, rtol=0, atol=atol)


def test_constants_become_weights() -> None:
    nodes = [
        node("Cast", "half", "single", to=1),
        node("Exp", "single", "factor"),
        node("Mul", "template factor", "scaled"),
        node("ReduceMean", "audio axes", "level"),
        node("Add", "scaled level", "roi"),
    ]
    weights = {"half": np.array([0.5], np.float16), "axes": np.array([1, 2, 3])}
    before, after = (network(nodes, weights=weights) for _ in range(2))
    fold_constants(after, [feeds()])
    assert kinds(after) == ["Mul", "ReduceMean", "Add"]
    same(before, after)


def test_shapes_become_weights_unless_they_follow_the_batch() -> None:
    nodes = [
        node("Shape", "template", "shape"),
        node("Gather", "shape zero", "batch"),
        node("Gather", "shape three", "width"),
        node("Concat", "batch minus width", "rows", axis=0),
        node("Reshape", "audio rows", "flat"),
        node("Reshape", "flat rows_of_all", "spread"),
        node("ReduceMean", "spread middle", "level", keepdims=0),
        node("Sub", "width eight", "width_less"),
        node("Slice", "template width_less width three", "same"),
        node("Unsqueeze", "level last", "levels"),
        node("Add", "same levels", "roi"),
    ]
    weights = {
        "zero": np.array([0]),
        "three": np.array([3]),
        "minus": np.array([1, -1]),
        "eight": np.array([8]),
        "rows_of_all": np.array([0, -1]),
        "middle": np.array([1]),
        "last": np.array([1, 2, 3]),
    }
    before, after = (network(nodes, weights=weights, **BATCHES) for _ in range(2))
    fold_constants(after, [feeds(1), feeds(2)])
    assert after.weights["width"].tolist() == [8]
    assert after.weights["width_less"].tolist() == [0]
    assert "batch" not in after.weights
    assert "rows" not in after.weights
    same(before, after)


def test_integer_weights_stay_integers() -> None:
    nodes = [
        node("DequantizeLinear", "small step", "weight"),
        node("Conv", "template weight", "seen"),
        node("ReduceMean", "audio axes", "level"),
        node("Add", "seen level", "roi"),
    ]
    weights = {
        "small": np.arange(9, dtype=np.int8).reshape(3, 3, 1, 1),
        "step": np.array(0.1, np.float32),
        "axes": np.array([1, 2, 3]),
    }
    net = network(nodes, weights=weights)
    fold_constants(net, [feeds()])
    assert kinds(net)[0] == "DequantizeLinear"


@pytest.mark.parametrize("opset", [9, 18])
def test_nodes_that_hand_on_go(opset: int) -> None:
    pads = np.zeros(8, np.int64)
    pad = (
        node("Pad", "one pads", "two") if opset > 10 else node("Pad", "one", "two", pads=list(pads))
    )
    nodes = [
        node("Identity", "template", "one"),
        pad,
        node("Dropout", "two", "three"),
        node("Concat", "three", "four", axis=1),
        node("Identity", "four", "roi"),
    ]
    net = network(nodes, weights={"pads": pads}, opset=opset)
    drop_identities(net)
    assert kinds(net) == ["Identity"]  # what makes the output keeps its name
    assert list(net.nodes[0].input) == ["template"]


def test_a_padding_that_pads_stays() -> None:
    pads = {"pads": np.array([0, 0, 0, 0, 0, 0, 1, 0])}
    net = network([node("Pad", "template pads", "roi")], weights=pads, output=(1, 3, 9, 8))
    drop_identities(net)
    assert kinds(net) == ["Pad"]


@pytest.mark.parametrize("opset", [9, 13, 18])
@pytest.mark.parametrize("bias", [False, True])
def test_batch_norms_go_into_convolutions(opset: int, bias: bool) -> None:
    nodes = [
        node("Conv", "template weight bias" if bias else "template weight", "raw"),
        node("BatchNormalization", "raw scale shift mean variance", "normed", epsilon=1e-3),
        node("Relu", "normed", "roi"),
    ]
    weights = {
        "weight": noise(3, 3, 1, 1),
        "bias": noise(3),
        "scale": noise(3, seed=1),
        "shift": noise(3, seed=2),
        "mean": noise(3, seed=3),
        "variance": np.abs(noise(3, seed=4)) + 0.5,
    }
    before, after = (network(nodes, weights=weights, opset=opset) for _ in range(2))
    fold_batch_norms(after)
    assert kinds(after) == ["Conv", "Relu"]
    same(before, after, atol=1e-5)


def test_a_batch_norm_stays_where_the_convolution_is_used_twice() -> None:
    nodes = [
        node("Conv", "template weight", "raw"),
        node("BatchNormalization", "raw scale shift mean variance", "normed"),
        node("Add", "raw normed", "roi"),
    ]
    ones = {name: np.ones(3, np.float32) for name in ("scale", "shift", "mean", "variance")}
    net = network(nodes, weights={"weight": noise(3, 3, 1, 1), **ones})
    fold_batch_norms(net)
    assert kinds(net) == ["Conv", "BatchNormalization", "Add"]
