"""The jitter control: hours of a wrong clock, and networks that stutter, without a real second."""

import numpy as np
import pytest

from visavis.core.jitter import MOST_STRETCH, JitterControl

TICK_S = 0.04
HOUR = 90_000  # pulls


def _play(control: JitterControl, ppm: float, pulls: int, jitter_s: float, start_s: float) -> float:
    """Play from a microphone whose clock is `ppm` fast; return by how much the buffer ever missed
    its target after two minutes. Left alone it would be 720 ms off after an hour of 200 ppm."""
    rng = np.random.default_rng(3)
    margin, worst, packet = start_s, 0.0, 0.0
    for pull in range(pulls):
        # Packets of 20 ms: what has been spoken but not yet packed is not there.
        packet = (packet + TICK_S * (1 + ppm * 1e-6)) % 0.02
        late = rng.uniform(0, jitter_s) if jitter_s else 0.0
        ratio = control.pulled(margin - packet - late)
        margin += TICK_S * (1 + ppm * 1e-6) - TICK_S * ratio
        assert abs(ratio - 1) <= 2 * MOST_STRETCH
        if pull > 3000:
            worst = max(worst, abs(control.error_s))
    return worst


@pytest.mark.parametrize("ppm", [-200, 0, 200])
@pytest.mark.parametrize("jitter_s", [0.0, 0.01])
def test_an_hour_of_drift_moves_the_buffer_by_less_than_20_ms(ppm: float, jitter_s: float) -> None:
    control = JitterControl(0.02, 0.12)
    assert _play(control, ppm, HOUR, jitter_s, start_s=0.04) < 0.02


def test_a_steady_buffer_is_left_alone() -> None:
    control = JitterControl(0.02, 0.12)
    assert {control.pulled(0.023) for _ in range(1000)} == {1.0}


def test_too_much_is_played_faster_and_too_little_slower() -> None:
    for margin, sign in ((0.06, 1), (0.0, -1)):
        control = JitterControl(0.02, 0.12)
        ratio = [control.pulled(margin) for _ in range(100)][-1]
        assert sign * (ratio - 1) > 0
        assert abs(ratio - 1) < 0.003  # 5 cents: nobody hears it


def test_one_late_packet_does_not_count_as_drift() -> None:
    """The least margin counts, so that packets that come early say nothing."""
    control = JitterControl(0.02, 0.12)
    ratios = [control.pulled(0.02 if pull % 10 else 0.1) for pull in range(300)]
    assert set(ratios) == {1.0}


def test_sound_that_came_late_raises_the_target_and_calm_lowers_it() -> None:
    control = JitterControl(0.005, 0.12)
    control.ran_dry(0.03)
    assert control.target_s == pytest.approx(0.04)
    control.ran_dry(5.0)
    assert control.target_s == 0.12
    for _ in range(25 * 60):
        control.pulled(0.2)
    assert 0.05 < control.target_s < 0.07  # a millisecond a second
    for _ in range(25 * 120):
        control.pulled(0.2)
    assert control.target_s == 0.005


def test_a_cut_by_hand_is_no_error() -> None:
    control = JitterControl(0.02, 0.12)
    for _ in range(100):
        control.pulled(0.06)
    assert control.error_s == pytest.approx(0.04)
    control.shifted(-0.04)
    assert control.error_s == pytest.approx(0.0, abs=1e-9)
