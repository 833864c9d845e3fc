"""Taking convolutions apart changes their cost and not what they compute."""

from typing import Any

import numpy as np
import pytest
from tests.engine.graph.graphs import feeds, network, node, noise

from visavis.engine.graph.commute import commute
from visavis.engine.graph.network import Network

SHRUNK = [
    node("AveragePool", "audio", "low", kernel_shape=[2, 2], strides=[2, 2]),
    node("Concat", "large template", "both", axis=1),
    node("Conv", "both weight bias", "mixed"),
    node("Relu", "mixed", "roi"),
]
WEIGHTS: dict[str, Any] = {
    "weight": noise(3, 5, 1, 1),
    "bias": noise(3, seed=1),
    "scales": np.array([1, 1, 2, 2], np.float32),
    "sizes": np.array([1, 2, 8, 8]),
    "roi_of_old": np.zeros(0, np.float32),
}


def rewritten(nodes: list[Any], weights: dict[str, Any], opset: int = 18) -> tuple[Network, int]:
    """The graph after it, which computes the same as before."""
    before, after = (network(nodes, weights=weights, opset=opset) for _ in range(2))
    count = commute(after, "audio", feeds())
    for seed in range(3):
        given = {name: value + seed for name, value in feeds().items()}
        expected, got = (net.evaluate(["roi"], given)["roi"] for net in (before, after))
        assert np.abs(got - expected).max() <= 1e-5
    return after, count


def enlarged(resize: Any) -> list[Any]:
    return [SHRUNK[0], resize, *SHRUNK[1:]]


@pytest.mark.parametrize("mode", ["linear", "nearest"])
@pytest.mark.parametrize("place", ["align_corners", "half_pixel", "asymmetric"])
@pytest.mark.parametrize(
    ("opset", "inputs"),
    [(11, "low roi_of_old scales"), (13, "low - scales"), (18, "low - - sizes")],
)
def test_a_pointwise_convolution_goes_before_the_enlargement(
    mode: str, place: str, opset: int, inputs: str
) -> None:
    resize = node("Resize", inputs, "large", mode=mode, coordinate_transformation_mode=place)
    net, count = rewritten(enlarged(resize), WEIGHTS, opset)
    assert count == 1
    (late,) = (n for n in net.nodes if n.op_type == "Resize")
    assert net.producers()[late.input[0]].op_type == "Conv"
    assert "Concat" not in {n.op_type for n in net.nodes}


def test_upsample_of_old_models_is_known() -> None:
    _, count = rewritten(
        enlarged(node("Upsample", "low scales", "large", mode="linear")), WEIGHTS, 9
    )
    assert count == 1


def test_an_enlargement_alone_is_known() -> None:
    nodes = [
        node("AveragePool", "audio", "low", kernel_shape=[2, 2], strides=[2, 2]),
        node("Resize", "low - scales", "large", mode="linear"),
        node("Conv", "large weight bias", "mixed"),
        node("Add", "mixed template", "roi"),
    ]
    net, count = rewritten(nodes, WEIGHTS | {"weight": noise(3, 2, 1, 1)})
    assert count == 1
    assert [n.op_type for n in net.nodes] == ["AveragePool", "Conv", "Resize", "Add"]


@pytest.mark.parametrize("kernel", [1, 3])
def test_what_audio_does_not_reach_is_a_term_of_its_own(kernel: int) -> None:
    nodes = [
        node("Relu", "template", "seen"),
        node("Concat", "seen audio template", "both", axis=1),
        node("Conv", "both weight bias", "roi", pads=[kernel // 2] * 4),
    ]
    net, count = rewritten(nodes, WEIGHTS | {"weight": noise(3, 8, kernel, kernel)})
    assert count == 1
    heard = net.dependent(["audio"])
    alone = [n for n in net.nodes if n.op_type == "Conv" and n.output[0] not in heard]
    assert len(alone) == 1


@pytest.mark.parametrize(
    "resize",
    [
        node("Resize", "low - scales", "large", mode="cubic"),
        node("Resize", "low - scales", "large", mode="linear", antialias=1),
    ],
)
def test_other_enlargements_stay_but_the_sum_is_taken_apart(resize: Any) -> None:
    net, count = rewritten(enlarged(resize), WEIGHTS)
    assert count == 1  # the template's term
    (kept,) = (n for n in net.nodes if n.op_type == "Resize")
    assert kept.input[0] == "low"


@pytest.mark.parametrize(
    "nodes",
    [
        [  # the concatenation is used elsewhere too
            node("Concat", "template audio", "both", axis=1),
            node("Conv", "both weight bias", "mixed"),
            node("ReduceMean", "both", "mean", axes=[1, 2, 3]),
            node("Add", "mixed mean", "roi"),
        ],
        [  # it is one of rows
            node("Concat", "template template", "both", axis=2),
            node("Conv", "both three bias", "roi", strides=[2, 1]),
        ],
        [  # a convolution in groups
            node("Concat", "template template", "both", axis=1),
            node("Conv", "both groups", "roi", group=3),
        ],
        [  # the weights are computed
            node("Concat", "template audio", "both", axis=1),
            node("Relu", "weight", "positive"),
            node("Conv", "both positive", "roi"),
        ],
    ],
)
def test_what_cannot_be_taken_apart_stays(nodes: list[Any]) -> None:
    weights = WEIGHTS | {"three": noise(3, 3, 1, 1), "groups": noise(3, 2, 1, 1)}
    _, count = rewritten(nodes, weights, opset=13)
    assert count == 0
