"""A generator's inputs are told by name or by shape, or it is refused."""

import numpy as np
import pytest
from tests.engine.graph.graphs import model, node, noise

from visavis.engine.graph.bind import Binding, bind
from visavis.engine.graph.network import GraphError
from visavis.engine.session import open_session

MIX = [node("ReduceMean", "audio", "level", axes=[1, 2, 3]), node("Add", "template level", "roi")]
CROPS = [
    node("Slice", "template zero three one", "crop"),
    node("ReduceMean", "audio", "level", axes=[1, 2, 3]),
    node("Add", "crop level", "roi"),
]
ENDS = {"zero": np.array([0]), "three": np.array([3]), "one": np.array([1])}


def bound(data: bytes, names: tuple[str, str, str] | None = None) -> Binding:
    return bind(open_session(data, "test"), names)


def test_names_are_taken() -> None:
    found = bound(model(MIX, opset=13), ("template", "audio", "roi"))
    assert found == Binding("template", "audio", "roi", (3, 8, 8), (2, 8, 8), free_batch=False)


def test_six_channels_are_a_picture_and_thirty_two_are_audio() -> None:
    shapes = {"template": (1, 6, 8, 8), "audio": (1, 32, 8, 8)}
    found = bound(model(CROPS, ENDS, opset=13, **shapes))
    assert (found.template, found.audio, found.output) == ("template", "audio", "roi")


def test_an_open_batch_is_noticed() -> None:
    shapes = {"template": ("B", 3, 8, 8), "audio": ("B", 2, 8, 8), "output": ("B", 3, 8, 8)}
    assert bound(model(MIX, opset=13, **shapes)).free_batch  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("data", "names", "says"),
    [
        (model(MIX, opset=13), ("picture", "audio", "roi"), "no tensor named 'picture'"),
        (model(MIX, opset=13, audio=(1, 3, 8, 8)), None, "not one input that is a picture"),
        (
            model(MIX, opset=13, template=(1, 3, 8, 9), output=(1, 3, 8, 9)),
            None,
            "not one input that is a picture",
        ),
        (model(MIX, opset=13, audio=(1, 2, "H", 8)), None, "audio has the open shape"),
        (
            model([node("Relu", "template", "roi")], {"audio": noise(1, 2, 8, 8)}),
            None,
            "1 inputs, not two",
        ),
    ],
)
def test_what_is_no_such_generator_is_refused(
    data: bytes, names: tuple[str, str, str] | None, says: str
) -> None:
    with pytest.raises(GraphError, match=says):
        bound(data, names)


def test_inputs_of_other_shapes_are_refused() -> None:
    found = bound(model(MIX, opset=13))
    assert found.feeds(noise(1, 3, 8, 8), noise(1, 2, 8, 8)).keys() == {"template", "audio"}
    with pytest.raises(GraphError, match="its inputs are"):
        found.feeds(noise(1, 3, 8, 8), noise(1, 16, 8))
