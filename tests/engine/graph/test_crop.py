"""Crops move from the picture towards the template, and only where that changes nothing."""

import numpy as np
import pytest
from tests.engine.graph.graphs import SIDE, feeds, network, node

from visavis.core.region import Region
from visavis.engine.graph.crop import changed, crop_output, crops_of

ALL = Region(0, 0, SIDE, SIDE)
PADS = np.array([0, 0, 2, 1, 0, 0, 1, 3])
INNER = Region(2, 1, 5, 4)
CUT = {
    "starts": np.array([2, 1]),
    "ends": np.array([7, 5]),
    "axes": np.array([2, 3]),
    "pads": PADS,
    "nought": np.array(0, np.float32),
    "one": np.array(1, np.float32),
    "channel": np.array([1]),
}
PATCH = [
    node("Slice", "template starts ends axes", "part"),
    node("Slice", "audio starts ends axes", "said"),
    node("ReduceMean", "said channel", "mean"),
    node("Mul", "part mean", "patch"),
]


def _patched(pad: str, **more: str) -> list[object]:
    return [*PATCH, node("Pad", pad, "padded", **more), node("Add", "template padded", "roi")]


@pytest.mark.parametrize("pad", ["patch pads", "patch pads nought"])
def test_what_is_padded_with_nought_is_all_that_changes(pad: str) -> None:
    graph = network(_patched(pad), weights=CUT)
    assert changed(graph, "template", SIDE) == INNER


@pytest.mark.parametrize(
    ("pad", "more"), [("patch pads one", {}), ("patch pads", {"mode": "edge"})]
)
def test_other_padding_may_change_everything(pad: str, more: dict[str, str]) -> None:
    graph = network(_patched(pad, **more), weights=CUT)
    assert changed(graph, "template", SIDE) == ALL


def test_another_end_may_change_everything() -> None:
    graph = network([node("Mul", "template template", "roi")])
    assert changed(graph, "template", SIDE) == ALL


@pytest.mark.parametrize("window", [INNER, Region(2, 2, 4, 2), ALL])
def test_a_cropped_output_is_a_part_of_the_whole(window: Region) -> None:
    graph = network(_patched("patch pads"), weights=CUT)
    whole = graph.evaluate(["roi"], feeds())["roi"]
    cropped = crop_output(graph, "template", SIDE, window)
    got = graph.evaluate([cropped], feeds())[cropped]
    np.testing.assert_array_equal(got, whole[:, :, window.rows, window.columns])


def test_slices_of_slices_of_the_template_are_parts_of_it() -> None:
    graph = network(
        [
            node("Slice", "template starts ends axes", "part"),
            node("Slice", "part first last row", "less"),
            node("Slice", "part first last channel", "red"),
            node("Mul", "less red", "roi"),
        ],
        weights=CUT | {"first": np.array([1]), "last": np.array([2**62]), "row": np.array([-2])},
    )
    assert crops_of(graph, "template", SIDE) == {
        "template": ALL,
        "part": INNER,
        "less": Region(3, 1, 4, 4),
    }
