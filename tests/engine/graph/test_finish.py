"""The network for each spoken frame makes the planes of the whole's picture."""

from dataclasses import replace

import numpy as np
import pytest
from tests.engine.graph.graphs import TINY, model, node

from bench.synctalk import ULTRALIGHT, Family, build
from visavis.core.region import Region
from visavis.engine.graph.bind import bind
from visavis.engine.graph.finish import finish
from visavis.engine.graph.halves import Halves
from visavis.engine.graph.network import GraphError
from visavis.engine.graph.prepare import cut
from visavis.engine.graph.verify import level_difference, open_half, samples_of

SMALL_ULTRALIGHT = replace(
    ULTRALIGHT, size=32, audio=(4, 8, 8), audio_pads=(1, 1), widths=(4, 4, 4, 8, 8)
)
SEEN = Region(6, 4, 20, 24)


@pytest.mark.parametrize("kind", ["f2", "f4"])
@pytest.mark.parametrize("megabytes", [0, 100])
@pytest.mark.parametrize(
    "family", [TINY, replace(TINY, batch="batch"), replace(TINY, opset=10), SMALL_ULTRALIGHT]
)
def test_both_families_end_in_planes(family: Family, megabytes: int, kind: str) -> None:
    data = build(family)
    whole = open_half(data)
    binding = bind(whole)
    halves = cut(data, binding, megabytes * 1_000_000, "commuted").halves
    mouth = finish(halves, binding, SEEN, kind)
    assert mouth.window == SEEN
    assert mouth.free_batch == (family.batch != 1)
    assert {item.kind for item in mouth.fields} == {kind}
    assert level_difference(whole, binding, halves, mouth, samples_of(binding, [])) <= 1
    places = mouth.offsets
    assert all(place % 64 == 0 for place in places)
    assert places[-1] >= sum(item.nbytes for item in mouth.fields)


def test_a_whole_that_was_not_cut_reads_the_templates_picture() -> None:
    data = build(TINY)
    whole = open_half(data)
    binding = bind(whole)
    mouth = finish(Halves(b"", data, ()), binding, SEEN, "f2")
    assert [(item.name, item.crop) for item in mouth.fields] == [("input", Region(0, 0, 32, 32))]


def test_other_planes_are_refused() -> None:
    data = build(TINY)
    whole = open_half(data)
    binding = bind(whole)
    halves = Halves(b"", data, ())
    other = finish(Halves(b"", build(TINY, seed=1), ()), binding, SEEN, "f4")
    with pytest.raises(GraphError, match="differ from the whole's picture by"):
        level_difference(whole, binding, halves, other, samples_of(binding, []))


def test_a_mask_that_shows_nothing_is_refused() -> None:
    data = build(TINY)
    with pytest.raises(GraphError, match="shows nothing"):
        finish(Halves(b"", data, ()), bind(open_half(data)), Region(0, 0, 0, 0), "f4")


def test_opsets_without_slices_of_constants_are_refused() -> None:
    data = model([node("Add", "template template", "twice"), node("Add", "twice audio", "roi")],
                 audio=(1, 3, 8, 8), opset=9)  # fmt: skip
    names = ("template", "audio", "roi")
    with pytest.raises(GraphError, match="opset 9 is older"):
        finish(Halves(b"", data, ()), bind(open_half(data), names), SEEN, "f4")


def test_nan_shows_in_the_check() -> None:
    data = model([node("Sqrt", "audio", "root"), node("Add", "template root", "roi")],
                 audio=(1, 3, 8, 8))  # fmt: skip
    binding = bind(open_half(data), ("template", "audio", "roi"))
    mouth = finish(Halves(b"", data, ()), binding, Region(0, 0, 8, 8), "f4")
    session = open_half(mouth.network)
    template = np.full((1, 3, 8, 8), 0.5, np.float32)
    for sound, finite in ((0.25, True), (-1.0, False)):
        audio = np.full((1, 3, 8, 8), sound, np.float32)
        audio[0, 0, :4] = 0.25
        (check,) = session.run(["visavis_check"], {"template": template, "audio": audio})
        assert np.isfinite(check).all() == finite
