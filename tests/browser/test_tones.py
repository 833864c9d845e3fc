"""The skew is found wherever tones meet the frames and the display, and late pieces do no harm."""

import numpy as np
import pytest
from numpy.typing import NDArray

from bench.analysis import beeps
from bench.sound import Sound
from bench.tones import Skews, flashes, skews, tones

_RATE = 48_000
_PIECE = 480
_SECONDS = 30.0
_REFRESH_MS = 1000 / 60


def _sound(late: bool = False) -> Sound:
    """Tones, handed on as they sound; or every tenth piece only with the one after it."""
    samples = np.round(32_767 * beeps(_SECONDS, 1000, 0.5)).astype(np.int16)
    count = len(samples) // _PIECE
    times = [
        (10.0 * i + (9.9 if late and i % 10 == 3 else 0.0), _PIECE, _RATE) for i in range(count)
    ]
    return Sound(times, [samples])


def _frames(skew_ms: float, phase_ms: float) -> NDArray[np.float64]:
    """25 frames a second, lit if a tone sounds in their middle, each at a 60 Hz display."""
    ticks = np.arange(int(_SECONDS * 25))
    middle_s = 0.04 * ticks + 0.02
    lit = (middle_s >= 1) & ((middle_s - 1) % 1.013 < 0.22)
    due_ms = 40.0 * ticks + skew_ms + phase_ms
    shown_ms = np.ceil(due_ms / _REFRESH_MS) * _REFRESH_MS - phase_ms
    rows = np.zeros((len(ticks), 8))
    rows[:, 0], rows[:, 1], rows[:, 2] = shown_ms, ticks, np.where(lit, 240.0, 28.0)
    rows[:, 6] = (90 * 40 * ticks + 4_294_000_000) % 2**32  # wraps in mid-run
    return rows


def _skews(frames: NDArray[np.float64], late: bool = False, gap_ms: float = -1e9) -> Skews:
    return skews(tones(_sound(late)), flashes(frames), np.array([gap_ms]))


@pytest.mark.parametrize("skew_ms", [-60.0, 0.0, 35.0])
@pytest.mark.parametrize("phase_ms", [0.0, 5.0, 11.0])
def test_each_tone_tells_the_skew(skew_ms: float, phase_ms: float) -> None:
    found = _skews(_frames(skew_ms, phase_ms))
    waiting_ms = _REFRESH_MS / 2  # for the display, on average: it is part of the skew
    assert len(found.middle_ms) >= 27
    assert np.abs(found.middle_ms - skew_ms - waiting_ms).max() < 18.0
    assert abs(found.middle_ms.mean() - skew_ms - waiting_ms) < 5.0
    assert not found.frozen.any()


def test_a_piece_handed_on_late_changes_nothing() -> None:
    frames = _frames(0.0, 0.0)
    assert np.allclose(_skews(frames).middle_ms, _skews(frames, late=True).middle_ms, atol=0.2)


def test_a_frame_that_was_not_seen_is_told() -> None:
    frames = _frames(0.0, 0.0)
    (first,) = np.flatnonzero((frames[1:, 2] > 128) & (frames[:-1, 2] < 128))[4:5] + 1
    found = _skews(np.delete(frames, first, axis=0))
    assert np.flatnonzero(found.frozen).tolist() == [4]


def test_what_follows_a_stall_is_told_for_two_seconds() -> None:
    frames = _frames(0.0, 0.0)
    begun = _skews(frames).heard_ms
    at_ms = begun[9] - 500  # between two flashes
    found = _skews(frames[np.abs(frames[:, 0] - at_ms) > 60])
    assert np.flatnonzero(found.frozen).tolist() == [9, 10]
    found = _skews(frames, gap_ms=at_ms)
    assert np.flatnonzero(found.frozen).tolist() == [9, 10]


def test_how_long_picture_and_sound_were_apart() -> None:
    frames = _frames(0.0, 0.0)
    frames[25 * 10 : 25 * 13, 0] += 60.0
    found = _skews(frames)
    assert 2.0 < found.longest_s(40.0) < 4.0
    assert _skews(_frames(0.0, 0.0)).longest_s(40.0) == 0.0


def test_a_tone_with_a_gap_is_one_tone_and_its_flash_one_flash() -> None:
    frames, sound = _frames(0.0, 0.0), _sound()
    clear = _skews(frames)
    at_s = 1 + 3 * 1.013 + 0.08  # silence in the fourth tone, and no light in its frames
    sound.pieces[0][round(at_s * _RATE) : round((at_s + 0.04) * _RATE)] = 0
    frames[round(at_s * 25), 2] = 28.0
    found = skews(tones(sound), flashes(frames), np.array([-1e9]))
    assert np.allclose(found.middle_ms, clear.middle_ms, atol=0.2)
