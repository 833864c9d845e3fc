"""How many callers a machine is said to hold."""

import pytest

from visavis import capacity
from visavis.avatars import Avatar
from visavis.engine.pool import SessionPool


def test_a_real_measurement_gives_at_least_one(lamp: Avatar, pool: SessionPool) -> None:
    assert capacity.measure_capacity(lamp, pool) >= 1


@pytest.mark.parametrize("step_s", [0.001, 0.004, 0.02, 1.0])
def test_slower_steps_never_mean_more_callers(
    lamp: Avatar, pool: SessionPool, monkeypatch: pytest.MonkeyPatch, step_s: float
) -> None:
    found = []
    for seconds in (step_s, 2 * step_s):
        monkeypatch.setattr(capacity, "_step_s", lambda *_, s=seconds: (s, s / 2))
        found.append(capacity.measure_capacity(lamp, pool))
    assert found[0] >= found[1] >= 1
