"""A plan keeps to its budget, and what a price finds is the cheapest of its size."""

from itertools import chain, combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.engine.graph.graphs import network, node

from visavis.engine.graph.cost import NEVER, Costs
from visavis.engine.graph.network import Network
from visavis.engine.graph.planner import Plan, _within, plan

CHAIN = [
    node("Relu", "template", "a"),
    node("Abs", "a", "b"),
    node("Exp", "b", "c"),
    node("ReduceMean", "audio", "level", axes=[1, 2, 3]),
    node("Sum", "a c level", "roi"),
]


def chain_of(sizes: tuple[float, ...], ms: tuple[float, ...]) -> tuple[Network, Costs]:
    """Three nodes after each other; the first and the last are needed."""
    net = network(CHAIN, opset=13)
    names = dict(zip(("n0", "n1", "n2"), ms, strict=True))
    nbytes = dict(zip("abc", sizes, strict=True))
    return net, Costs(names, nbytes, frozenset("ac"))


def test_what_is_needed_is_kept_where_there_is_room() -> None:
    net, costs = chain_of((1e3, 1e3, 1e3), (1.0, 1.0, 1.0))
    assert plan(net, costs, 1 << 40) == Plan(("a", "c"), 2000, 0)


def test_nothing_is_kept_without_room() -> None:
    net, costs = chain_of((1e3, 1e3, 1e3), (1.0, 1.0, 1.0))
    assert plan(net, costs, 0) == Plan((), 0, 3.0)


def test_the_dearest_to_compute_is_kept_first() -> None:
    net, costs = chain_of((1e3, 1e3, 1e3), (1.0, 1.0, 5.0))
    assert plan(net, costs, 1000) == Plan(("c",), 1000, 1.0)


def test_room_that_is_left_is_used() -> None:
    net, costs = chain_of((5e3, 1e3, 9e3), (1.0, 1.0, 20.0))
    assert plan(net, costs, 14_500).kept == ("a", "c")
    assert plan(net, costs, 9_500).kept == ("c",)


def test_a_big_tensor_that_is_quick_to_make_is_made_again() -> None:
    net, costs = chain_of((50e6, 1e3, 1e3), (0.5, 9.0, 9.0))
    assert plan(net, costs, 1 << 40) == Plan(("c",), 1000, 0.5)


def test_the_narrow_place_is_kept() -> None:
    net, costs = chain_of((1e6, 1e3, 1e6), (9.0, 9.0, 0.1))
    assert plan(net, costs, 1_200_000).kept == ("a", "b")


def test_what_cannot_be_kept_is_made_again() -> None:
    net, costs = chain_of((1e3, 1e3, NEVER), (1.0, 1.0, 1.0))
    assert plan(net, costs, 1 << 40).kept == ("a", "b")


@settings(deadline=None)
@given(
    st.tuples(*[st.integers(1, 9)] * 3),
    st.tuples(*[st.integers(0, 9)] * 3),
    st.integers(0, 30),
)
def test_no_plan_of_the_size_that_a_price_finds_is_quicker_and_a_refill_only_helps(
    sizes: tuple[int, ...], ms: tuple[int, ...], budget: int
) -> None:
    net, costs = chain_of(tuple(1000.0 * n for n in sizes), tuple(float(n) for n in ms))
    found = plan(net, costs, 1000 * budget)
    assert found.kept_bytes <= 1000 * budget
    assert found.kept_bytes == sum(costs.nbytes[name] for name in found.kept)
    assert found.recomputed_ms == pytest.approx(_recomputed(set(found.kept), costs.ms))
    priced = _within(net, costs, 1000 * budget)
    assert found.recomputed_ms <= priced.recomputed_ms
    smaller = (
        set(names)
        for names in chain.from_iterable(combinations("abc", n) for n in range(4))
        if sum(costs.nbytes[name] for name in names) <= priced.kept_bytes
    )
    best = min(_recomputed(names, costs.ms) for names in smaller)
    assert priced.recomputed_ms <= best + 0.01  # what it costs to fetch them from memory


def _recomputed(kept: set[str], ms: dict[str, float]) -> float:
    total, wanted = 0.0, {"a", "c"}
    for name, before in (("c", "b"), ("b", "a"), ("a", "")):
        if name in wanted and name not in kept:
            total += ms[f"n{'abc'.index(name)}"]
            wanted.add(before)
    return total
