"""The gate: open before the first sound, shut in silence and steady noise, calm in between."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from visavis.core.speech import SpeechGate, SpeechSpec, SpeechState, level_dbfs

SPEC = SpeechSpec()
QUIET, LOUD = -75.0, -25.0  # dBFS
FRAMES_200_MS = 5
HEARD = st.lists(st.tuples(st.floats(-120, 0), st.one_of(st.none(), st.floats(0, 1))), max_size=120)


def _gains(levels: list[float], look_ahead: int) -> list[float]:
    """The gain of each frame, silence following the clip."""
    gate = SpeechGate(look_ahead)
    return [gate.push(level) for level in [*levels, *[-120.0] * look_ahead]][look_ahead:]


@pytest.mark.parametrize("look_ahead", [0, 1, 3, 11])
def test_the_mouth_is_free_before_speech_by_the_look_ahead(look_ahead: int) -> None:
    begin = 50
    gains = _gains([QUIET] * begin + [LOUD] * 30, look_ahead)
    opened = next(i for i, gain in enumerate(gains) if gain > 0)
    assert opened == begin - look_ahead
    full = next(i for i, gain in enumerate(gains) if gain == 1)
    assert full == opened + SPEC.fade_in_frames - 1


@pytest.mark.parametrize("look_ahead", [0, 3])
def test_the_mouth_is_at_rest_soon_after_speech(look_ahead: int) -> None:
    end = 60
    gains = _gains([QUIET] * 20 + [LOUD] * 40 + [QUIET] * 40, look_ahead)
    assert all(gain == 1 for gain in gains[21:end])
    assert not any(gains[end + SPEC.hang_frames + SPEC.fade_out_frames :])


def test_the_fades_are_steps_not_jumps() -> None:
    gains = _gains([QUIET] * 20 + [LOUD] * 40 + [QUIET] * 40, 3)
    steps = np.diff(gains)
    assert steps.max() == pytest.approx(1 / SPEC.fade_in_frames)
    assert steps.min() == pytest.approx(-1 / SPEC.fade_out_frames, abs=1e-5)


@pytest.mark.parametrize("level", [-120.0, -80.0, -60.0, -55.0])
def test_a_quiet_room_is_never_speech(level: float) -> None:
    assert not any(_gains([level] * 500, 3))


@pytest.mark.parametrize("level", [-50.0, -40.0, -30.0])
def test_steady_noise_is_learnt_and_ignored(level: float) -> None:
    noise = np.random.default_rng(5).normal(level, 1.0, 1000).tolist()
    assert not any(_gains(noise, 3)[700:])


def test_speech_above_learnt_noise_is_heard() -> None:
    noise = [-45.0] * 600
    gains = _gains([*noise, *[-25.0] * 20, *noise], 3)
    assert not any(gains[500:590])
    assert all(gain == 1 for gain in gains[600:620])
    assert not any(gains[640:])


@pytest.mark.parametrize("pause", range(1, SPEC.hang_frames + 1))
def test_a_short_pause_does_not_shut_the_mouth(pause: int) -> None:
    gains = _gains([QUIET] * 20 + ([LOUD] * 5 + [QUIET] * pause) * 10, 3)
    assert all(gain == 1 for gain in gains[20:100])


def test_a_level_at_the_threshold_does_not_chatter() -> None:
    """Levels that wander between the two thresholds change the state once at most."""
    wander = [-47.0, -52.0] * 100
    open_now = np.array(_gains([-58.0] * 200 + wander, 0)) > 0
    assert np.count_nonzero(np.diff(open_now.astype(int))) <= 2


@given(HEARD, st.integers(0, 4))
def test_gains_move_in_steps_and_stay_in_range(
    heard: list[tuple[float, float | None]], look_ahead: int
) -> None:
    gate = SpeechGate(look_ahead)
    gains = [0.0, *(gate.push(level, speech) for level, speech in heard)]
    assert all(0 <= gain <= 1 for gain in gains)
    steps = np.diff(gains)
    untold = np.array([speech is None for _, speech in heard], bool)
    assert steps[untold].max(initial=0) <= 1 / SPEC.fade_in_frames + 1e-6
    assert steps[untold].min(initial=0) >= -1 / SPEC.fade_out_frames - 1e-5
    assert steps[~untold].min(initial=0) >= -1 / SPEC.voice_fade_out_frames - 1e-5


@given(st.lists(st.floats(0, 1), min_size=20, max_size=200), st.integers(0, 4))
def test_digital_silence_is_at_rest_whatever_the_encoder_says(
    speech: list[float], look_ahead: int
) -> None:
    gate = SpeechGate(look_ahead)
    assert not any(gate.push(-120.0, likelihood) for likelihood in speech)


@given(HEARD, st.integers(0, 4))
def test_the_mouth_is_shut_200_ms_after_the_voice(
    heard: list[tuple[float, float | None]], look_ahead: int
) -> None:
    """Whatever was before, and whatever noise goes on: five frames that are no speech suffice."""
    gate = SpeechGate(look_ahead)
    for level, speech in heard:
        gate.push(level, 0.9 if speech is None else speech)
    gains = [gate.push(LOUD, SPEC.unlikely - 0.01) for _ in range(30)]
    assert not any(gains[FRAMES_200_MS - 1 :])


@given(HEARD, st.integers(0, 4))
def test_the_mouth_is_shut_200_ms_after_the_sound(
    heard: list[tuple[float, float | None]], look_ahead: int
) -> None:
    gate = SpeechGate(look_ahead)
    for level, _ in heard:
        gate.push(level)
    gains = [gate.push(-120.0) for _ in range(look_ahead + 30)]
    assert not any(gains[look_ahead + FRAMES_200_MS - 1 :])


def _voice_gains(speech: list[float]) -> list[float]:
    gate = SpeechGate(3)
    return [gate.push(LOUD, likelihood) for likelihood in [0.0] * 10 + speech][10:]


def test_a_sure_voice_opens_at_once() -> None:
    assert _voice_gains([0.95, 0.95, 0.95]) == [1.0, 1.0, 1.0]


def test_a_likely_voice_opens_when_it_lasts() -> None:
    assert _voice_gains([0.9, 0.9, 0.9]) == [0.0, 1.0, 1.0]
    assert not any(_voice_gains([0.9, 0.7, 0.9, 0.1, 0.9, 0.2]))


def test_an_open_mouth_stays_open_while_speech_is_not_unlikely() -> None:
    assert set(_voice_gains([0.95, 0.9] + [0.7] * 50)[2:]) == {1.0}


@pytest.mark.parametrize("pause", range(1, SPEC.voice_hang_frames + 1))
def test_a_short_pause_of_the_voice_does_not_shut_the_mouth(pause: int) -> None:
    assert set(_voice_gains(([0.95] * 5 + [0.1] * pause) * 10)[2:50]) == {1.0}


def test_noise_that_is_no_voice_is_ignored() -> None:
    """Loud and unsteady, as keys, breaths and babble are."""
    levels = np.random.default_rng(3).uniform(-60, -15, 500)
    gate = SpeechGate(3)
    assert not any(gate.push(float(level), 0.3) for level in levels)


def test_the_state_follows_the_gain() -> None:
    gate = SpeechGate(0)
    states = [gate.state]
    for level in [LOUD] + [QUIET] * (SPEC.hang_frames + SPEC.fade_out_frames):
        gate.push(level)
        states.append(gate.state)
    assert states[0] is states[-1] is SpeechState.IDLE
    assert set(states[1:-1]) == {SpeechState.SPEAKING}


def test_levels_are_decibels_of_full_scale() -> None:
    square = np.tile(np.array([1, -1], np.float32), 320)
    assert level_dbfs(square) == pytest.approx(0.0)
    assert level_dbfs(square * np.float32(0.1)) == pytest.approx(-20.0, abs=1e-4)
    assert level_dbfs(np.zeros(640, np.float32)) == pytest.approx(-120.0)
    assert level_dbfs(np.empty(0, np.float32)) == -120.0


def test_a_constant_offset_is_no_sound() -> None:
    assert level_dbfs(np.full(640, 0.9, np.float32)) == pytest.approx(-120.0, abs=1e-3)
