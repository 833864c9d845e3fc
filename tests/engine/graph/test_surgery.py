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
from visavis.engine.graph.network import GraphError
from visavis.engine.graph.prepare import cut
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
    made = operate(data, family.names, None, SEEN, real, MUCH)
    assert made.report.way in prepare.WAYS
    assert made.report.kind == "f2"
    assert made.report.levels <= 1
    assert made.mouth.appearance
    assert made.mouth.window == SEEN


@pytest.mark.parametrize("each", [16_000, 9_000, 8_000])
def test_a_row_keeps_to_the_budget_with_the_picture_in_it(each: int) -> None:
    made = operate(build(TINY), TINY.names, None, SEEN, [], each)
    crops = sum(item.nbytes for item in made.mouth.fields if item.crop)
    assert made.mouth.offsets[-1] <= max(each, crops + 64)


def test_halves_that_a_bundle_brings_are_taken_if_they_are_right(
    caplog: pytest.LogCaptureFixture,
) -> None:
    data = build(TINY)
    halves = cut(data, bind(open_half(data)), MUCH, "hoisted").halves
    assert operate(data, TINY.names, halves, SEEN, [], MUCH).report.way == "brought"
    other = build(TINY, seed=1)
    with caplog.at_level(logging.INFO):
        made = operate(other, TINY.names, halves, SEEN, [], MUCH)
    assert "the halves that the bundle brings are not used" in caplog.text
    assert made.report.way in prepare.WAYS


def test_half_precision_that_shows_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    real = finish

    def coarse(halves: Halves, binding: object, seen: Region, kind: str) -> object:
        if kind == "f2":
            raise GraphError("its planes differ from the whole's picture by 9 levels")
        return real(halves, binding, seen, kind)  # type: ignore[arg-type]

    monkeypatch.setattr(surgery, "finish", coarse)
    made = operate(build(TINY), TINY.names, None, SEEN, [], MUCH)
    assert made.report.kind == "f4"
    assert {np.dtype(item.kind) for item in made.mouth.fields} == {np.dtype("f4")}


def test_where_nothing_works_the_reasons_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise GraphError("it is odd")

    monkeypatch.setattr(surgery, "finish", refuse)
    with pytest.raises(GraphError, match=r"^it is odd$"):
        operate(build(TINY), TINY.names, None, SEEN, [], MUCH)
