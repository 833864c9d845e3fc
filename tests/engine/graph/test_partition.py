"""A generator in two models."""

import numpy as np
import pytest
from tests.engine.graph.graphs import feeds, network, node

from visavis.engine.graph.halves import Halves
from visavis.engine.graph.partition import halve
from visavis.engine.session import open_session, tensors

NODES = [
    node("Relu", "template", "a"),
    node("Exp", "a", "b"),
    node("ReduceMean", "audio", "level", axes=[1, 2, 3]),
    node("Sum", "a b level", "roi"),
]


def halves_of(*kept: str) -> Halves:
    net = network(NODES, opset=13, template=("B", 3, 8, 8), audio=("B", 2, 8, 8))
    return halve(net, kept, "template", "audio", "roi", feeds())


@pytest.mark.parametrize("kept", [("a", "b"), ("b",), ("a",)])
def test_halves_together_are_the_whole(kept: tuple[str, ...]) -> None:
    halves, given = halves_of(*kept), feeds(2)
    assert halves.tensors == kept
    appearance, mouth = (open_session(m, "half") for m in (halves.appearance, halves.mouth))
    made = appearance.run(list(kept), {"template": given["template"]})
    inputs, outputs = tensors(mouth)
    assert [info.name for info in inputs] == ["template", "audio", *kept]
    assert [info.shape for info in inputs[2:]] == [["B", 3, 8, 8]] * len(kept)
    (got,) = mouth.run([outputs[0].name], given | dict(zip(kept, made, strict=True)))
    seen = np.maximum(given["template"], 0)
    expected = seen + np.exp(seen) + given["audio"].mean((1, 2, 3), keepdims=True)
    assert np.allclose(got, expected, rtol=1e-6, atol=1e-6)


def test_without_room_there_is_one_half_only() -> None:
    halves = halves_of()
    assert halves.appearance == b""
    (got,) = open_session(halves.mouth, "whole").run(["roi"], feeds())
    assert got.shape == (1, 3, 8, 8)
