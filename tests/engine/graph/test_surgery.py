"""From a foreign generator to the network for each spoken frame, within a budget."""

import logging
from dataclasses import replace

import numpy as np
import pytest
from tests.engine.graph.graphs import TINY

from bench.synctalk import ULTRALIGHT, Family, build
from visavis.core.region import Region
from visavis.engine.graph import prepare, surgery
from visavis.engine.graph.bind import bind
from visavis.engine.graph.finish import finish
from visavis.engine.graph.halves import Halves
from visavis.engine.graph.network import GraphError, read_network
from visavis.engine.graph.surgery import operate
from visavis.engine.graph.verify import open_half, samples_of

SMALL_ULTRALIGHT = replace(
    ULTRALIGHT, size=32, audio=(4, 8, 8), audio_pads=(1, 1), widths=(4, 4, 4, 8, 8)
)
SEEN = Region(2, 2, 28, 28)
MUCH = 1 << 30


@pytest.fixture(autouse=True)
def _worth_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small generators are cut as well, whatever that gains."""
    monkeypatch.setattr(prepare, "_WORTH_MS", 0.0)
    monkeypatch.setattr(prepare, "_WORTH_RATIO", 0.0)


@pytest.mark.parametrize("family", [TINY, SMALL_ULTRALIGHT])
def test_a_foreign_export_is_operated_on(family: Family) -> None:
    data = build(family)
    binding = bind(open_half(data))
    real = [(s[binding.template], s[binding.audio]) for s in samples_of(binding, [])[:1]]
    made = operate(data, family.names, (), SEEN, real, MUCH)
    assert made.report.way in prepare.WAYS
    assert made.report.kind == "f2"
    assert made.report.levels <= 1
    assert made.mouth.appearance
    assert made.mouth.window == SEEN


@pytest.mark.parametrize("each", [16_000, 9_000, 8_000])
def test_a_row_keeps_to_the_budget_with_the_picture_in_it(each: int) -> None:
    made = operate(build(TINY), TINY.names, (), SEEN, [], each)
    crops = sum(item.nbytes for item in made.mouth.fields if item.crop)
    assert made.mouth.offsets[-1] <= max(each, crops + 64)


def test_a_generator_is_cut_where_its_bundle_says() -> None:
    data = build(TINY)
    names = [name for node in read_network(data).nodes for name in node.output]
    seen = read_network(data).dependent([TINY.names[0]])
    heard = read_network(data).dependent([TINY.names[1]])
    last = [name for name in names if name in seen - heard][-1:]
    made = operate(data, TINY.names, tuple(last), SEEN, [], MUCH)
    assert made.report.way == "told"
    assert [item.name for item in made.mouth.fields if not item.crop] == last


@pytest.mark.parametrize("hoisted", ["nowhere", TINY.names[2]])
def test_a_cut_that_cannot_be_made_is_replaced_by_our_own(
    hoisted: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        made = operate(build(TINY), TINY.names, (hoisted,), SEEN, [], MUCH)
    assert "the cut that the bundle asks for is not made" in caplog.text
    assert made.report.way in prepare.WAYS


def test_half_precision_that_shows_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    real = finish

    def coarse(halves: Halves, binding: object, seen: Region, kind: str) -> object:
        if kind == "f2":
            raise GraphError("its planes differ from the whole's picture by 9 levels")
        return real(halves, binding, seen, kind)  # type: ignore[arg-type]

    monkeypatch.setattr(surgery, "finish", coarse)
    made = operate(build(TINY), TINY.names, (), SEEN, [], MUCH)
    assert made.report.kind == "f4"
    assert {np.dtype(item.kind) for item in made.mouth.fields} == {np.dtype("f4")}


def test_where_nothing_works_the_reasons_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise GraphError("it is odd")

    monkeypatch.setattr(surgery, "finish", refuse)
    with pytest.raises(GraphError, match=r"^it is odd$"):
        operate(build(TINY), TINY.names, (), SEEN, [], MUCH)
