"""What the template's part of a graph costs."""

import numpy as np
import pytest
from tests.engine.graph.graphs import feeds, network, node, noise

from visavis.engine.graph.cost import NEVER, measure_costs
from visavis.engine.graph.network import GraphError

NODES = [
    node("Conv", "template weight", "wide", pads=[1, 1, 1, 1]),
    node("Relu", "wide", "seen"),
    node("Shape", "template", "sides"),
    node("Gather", "sides zero", "rows"),
    node("Concat", "rows rest", "shape", axis=0),
    node("Reshape", "audio shape", "heard"),
    node("Concat", "seen heard", "both", axis=1),
    node("Conv", "both mix", "roi"),
]
WEIGHTS = {
    "weight": noise(16, 3, 3, 3),
    "mix": noise(3, 18, 1, 1),
    "zero": np.array([0]),
    "rest": np.array([2, 8, 8]),
}
SHAPES = {"template": ("B", 3, 8, 8), "audio": ("B", 2, 8, 8), "output": ("B", 3, 8, 8)}


def test_times_and_sizes_are_of_one_template() -> None:
    net = network(NODES, weights=WEIGHTS, **SHAPES)
    costs = measure_costs(net, "template", "audio", [feeds(1), feeds(2)])
    assert costs.needed == {"seen", "shape"}
    assert costs.nbytes["wide"] == costs.nbytes["seen"] == 4 * 16 * 8 * 8
    assert costs.nbytes["shape"] == NEVER  # no pictures' row
    assert sum(costs.ms.values()) > 0
    assert costs.ms["n7"] == 0  # not the template's


@pytest.mark.parametrize(
    ("nodes", "says"),
    [
        ([node("Mul", "template audio", "roi")], "nothing of it"),
        ([node("Relu", "template", "roi")], "does not depend on the audio"),
    ],
)
def test_a_graph_that_cannot_be_cut_is_told(nodes: list[object], says: str) -> None:
    net = network(nodes, audio=(1, 1, 8, 8))
    with pytest.raises(GraphError, match=says):
        measure_costs(net, "template", "audio", [feeds()])
