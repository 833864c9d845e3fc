"""Halves that are not the whole are found out."""

from dataclasses import replace

import numpy as np
import pytest
from tests.engine.graph.graphs import model, node

from visavis.engine.graph.bind import Binding
from visavis.engine.graph.halves import Halves
from visavis.engine.graph.network import GraphError
from visavis.engine.graph.verify import Rejoined, difference, milliseconds, samples_of
from visavis.engine.session import open_session

BINDING = Binding("template", "audio", "roi", (3, 8, 8), (2, 8, 8), free_batch=True)
BATCHES = {"template": ("B", 3, 8, 8), "audio": ("B", 2, 8, 8), "output": ("B", 3, 8, 8)}


def adding(value: float, kind: str = "Add") -> bytes:
    nodes = [
        node("ReduceMean", "audio", "level", axes=[1, 2, 3]),
        node("Add", "template level", "near"),
        node(kind, "near more", "roi"),
    ]
    more = {"more": np.array(value, np.float32)}
    return model(nodes, more, opset=13, **BATCHES)


def differ(half: bytes) -> float:
    rejoined = Rejoined(BINDING, Halves(b"", half, ()))
    samples = samples_of(BINDING, [])
    return difference(open_session(adding(0), "whole"), "roi", rejoined, samples)


def test_the_same_passes() -> None:
    assert differ(adding(0)) == 0
    assert 0 < differ(adding(2e-6)) < 1e-5


@pytest.mark.parametrize("half", [adding(1e-3), adding(float("nan"))])
def test_other_pictures_are_refused(half: bytes) -> None:
    with pytest.raises(GraphError, match="differ from the whole by"):
        differ(half)


def test_another_shape_is_refused() -> None:
    half = model(
        [node("Concat", "template template", "roi", axis=1)],
        template=("B", 3, 8, 8),
        audio=("B", 2, 8, 8),
        output=("B", 6, 8, 8),
    )
    with pytest.raises(GraphError, match="make the shape"):
        differ(half)


def test_what_cannot_be_opened_or_run_is_refused() -> None:
    with pytest.raises(GraphError, match="cannot load a half"):
        Rejoined(BINDING, Halves(b"", b"nothing", ()))
    with pytest.raises(GraphError, match="does not run"):
        differ(model([node("Reshape", "template one", "roi")], {"one": np.array([7, 7, 7, 7])}))


def test_samples_are_noise_silence_pairs_and_what_is_given() -> None:
    real = (np.zeros((1, 3, 8, 8), np.float32), np.ones((1, 2, 8, 8), np.float32))
    samples = samples_of(BINDING, [real])
    assert [len(feeds["template"]) for feeds in samples] == [1, 1, 1, 1, 2]
    assert not samples[2]["audio"].any()
    assert samples[3]["audio"] is real[1]
    assert len(samples_of(replace(BINDING, free_batch=False), [])) == 3


def test_times_are_of_the_processor() -> None:
    def work() -> None:
        np.linalg.svd(np.ones((60, 60)))

    times = milliseconds({"work": work, "nothing": lambda: None}, 5)
    assert times["work"] > times["nothing"] >= 0
