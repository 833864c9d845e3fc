"""The latency modes: what is waited for, and that the budget says so."""

import pytest

from visavis.core.latency import LATENCIES, describe_latency
from visavis.core.mel import MelSpec
from visavis.core.timeline import frames_for
from visavis.core.window import WindowSpec

MEL = MelSpec()
SYNCTALK = WindowSpec()  # 8 + 1 + 7 features of 16 mel frames
OURS = WindowSpec(offset=-5, left=11, right=0, shift=0, edge="silence")


def test_parity_waits_for_all_that_the_model_was_trained_with() -> None:
    for window in (SYNCTALK, OURS):
        assert LATENCIES["parity"].held(window) == 0
        ahead = frames_for(window.look_ahead_samples(MEL))
        assert LATENCIES["parity"].look_ahead(window, MEL) == ahead


def test_a_lower_mode_waits_less_and_never_less_than_the_frames_own_window() -> None:
    low, balanced, parity = (LATENCIES[n].look_ahead(SYNCTALK, MEL) for n in LATENCIES)
    assert low < balanced < parity
    own = WindowSpec(right=0, shift=0)
    assert low == frames_for(own.look_ahead_samples(MEL))


def test_a_family_without_right_context_loses_nothing() -> None:
    assert len({latency.look_ahead(OURS, MEL) for latency in LATENCIES.values()}) == 1
    assert {latency.held(OURS) for latency in LATENCIES.values()} == {0}


@pytest.mark.parametrize("name", LATENCIES)
def test_the_budget_is_told(name: str) -> None:
    (latency,) = (mode for mode in LATENCIES.values() if mode.name == name)
    line = describe_latency(latency, OURS, MEL)
    budget = latency.budget(OURS, MEL)
    assert line.startswith(f"latency {name}: {sum(budget.values()):.0f} ms (")
    assert f"look-ahead {budget['look-ahead']:.0f}" in line


def test_the_modes_are_in_order() -> None:
    totals = [sum(latency.budget(OURS, MEL).values()) for latency in LATENCIES.values()]
    assert totals == sorted(totals)
    assert len(set(totals)) == len(totals)
