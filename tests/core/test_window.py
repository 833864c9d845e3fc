"""The windows of both families: the SyncTalk_2D contract to the letter, silence around a clip."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from visavis.core.mel import SILENCE, MelSpec
from visavis.core.window import EncoderWindows, FeatureWindows, WindowSpec

Float32 = NDArray[np.float32]
CONTRACT = WindowSpec()
OWN = WindowSpec(offset=-5, left=7, right=0, shift=0, edge="silence")


def _mel(frames: int) -> Float32:
    return np.random.default_rng(frames).uniform(-4, 4, (frames, 80)).astype(np.float32)


def _contract_windows(mel: Float32) -> list[Float32]:
    """Encoder inputs as the contract tells them."""
    count = int((len(mel) - 16) / 80 * 25) + 2
    starts = [min(int(80 * i / 25), len(mel) - 16) for i in range(count)]
    return [mel[start : start + 16].T for start in starts]


def _contract_rows(features: list[Float32], frame: int) -> Float32:
    """Generator input of one frame as the contract tells it."""
    padded = [features[0], *features, features[-1]]
    rows = range(frame - 8, frame + 8)
    return np.stack([padded[i] if 0 <= i < len(padded) else 0 * features[0] for i in rows])


def _streamed(spec: WindowSpec, mel: Float32, cuts: list[int], total: int) -> list[Float32]:
    stream = EncoderWindows(spec, MelSpec())
    windows = []
    for part in np.split(mel, sorted(cuts)):
        windows += stream.push(part)
    return windows + stream.flush(total)


@settings(max_examples=40, deadline=None)
@given(frames=st.integers(16, 200), cuts=st.lists(st.integers(0, 200), max_size=8))
def test_the_contracts_encoder_windows(frames: int, cuts: list[int]) -> None:
    mel = _mel(frames)
    want = _contract_windows(mel)
    assert CONTRACT.windows_in(frames, total_frames=0) == len(want)
    got = _streamed(CONTRACT, mel, [min(cut, frames) for cut in cuts], len(want))
    assert np.stack(got).tobytes() == np.ascontiguousarray(np.stack(want)).tobytes()


@pytest.mark.parametrize("count", [1, 2, 7, 8, 9, 16, 40])
@pytest.mark.parametrize("extra", [0, 1, 4, 12])
def test_the_contracts_generator_rows(count: int, extra: int) -> None:
    features = [np.full(3, 1 + i, np.float32) for i in range(count)]
    stream = FeatureWindows(CONTRACT, silence=np.full(3, 99, np.float32))
    got = [rows for feature in features for rows in stream.push(feature)]
    got += stream.flush(count + extra)
    want = [_contract_rows(features, frame) for frame in range(count + extra)]
    np.testing.assert_array_equal(np.stack(got), np.stack(want))


def test_the_contract_looks_440_ms_ahead() -> None:
    """Frame i needs audio up to about i/25 + 0.44 s, of which 40 ms are its own."""
    ahead_s = CONTRACT.look_ahead_samples(MelSpec()) / 16_000
    assert 0.40 <= ahead_s + 0.04 <= 0.50


@pytest.mark.parametrize("frames", [1, 9, 15])
def test_a_clip_shorter_than_one_window_still_gives_one(frames: int) -> None:
    """The contract says nothing of it; silence before the clip completes the window."""
    mel = _mel(frames)
    count = CONTRACT.windows_in(frames, total_frames=3)
    windows = _streamed(CONTRACT, mel, [], count)
    assert windows
    for window in windows:
        assert (window[:, : 16 - frames] == SILENCE).all()
        np.testing.assert_array_equal(window[:, 16 - frames :], mel.T)


@settings(max_examples=40, deadline=None)
@given(
    frames=st.integers(1, 120),
    offset=st.integers(-12, 4),
    cuts=st.lists(st.integers(0, 120), max_size=8),
)
def test_our_windows_see_silence_around_the_clip(frames: int, offset: int, cuts: list[int]) -> None:
    spec = WindowSpec(offset=offset, left=7, right=0, shift=0, edge="silence")
    mel = _mel(frames)
    total = frames // 3
    got = _streamed(spec, mel, [min(cut, frames) for cut in cuts], total)
    padded = np.pad(mel, ((64, 512), (0, 0)), constant_values=SILENCE)
    assert len(got) >= total
    for index, window in enumerate(got):
        start = 64 + (80 * index) // 25 + offset
        np.testing.assert_array_equal(window, padded[start : start + 16].T)


@pytest.mark.parametrize(("left", "right", "shift"), [(7, 0, 0), (3, 2, 0), (2, 2, 1), (0, 0, -2)])
def test_our_rows_are_silence_outside_the_clip(left: int, right: int, shift: int) -> None:
    spec = WindowSpec(offset=-5, left=left, right=right, shift=shift, edge="silence")
    silence = np.full(3, 99, np.float32)
    count = spec.windows_in(mel_frames=0, total_frames=20)
    stream = FeatureWindows(spec, silence)
    features = [np.full(3, i, np.float32) for i in range(count)]
    got = [rows for feature in features for rows in stream.push(feature)]
    got += stream.flush(20)
    assert len(got) >= 20
    for frame, rows in enumerate(got[:20]):
        wanted = range(frame + shift - left, frame + shift + right + 1)
        assert rows[:, 0].tolist() == [i if 0 <= i < count else 99 for i in wanted]


@pytest.mark.parametrize("spec", [OWN, CONTRACT, WindowSpec(offset=-3, right=1, edge="silence")])
def test_the_look_ahead_is_exact(spec: WindowSpec) -> None:
    """The newest window of some frame ends with that sample, and of no frame beyond it."""
    mel = MelSpec()
    beyond = []
    for frame in range(25):
        newest_mel = spec.mel_start(frame + spec.shift + spec.right) + spec.length - 1
        beyond.append(newest_mel * mel.hop + mel.n_fft // 2 - (frame + 1) * 640)
    assert spec.look_ahead_samples(mel) == max(beyond)


def test_memory_does_not_grow_with_the_clip() -> None:
    encoder, features = EncoderWindows(OWN, MelSpec()), FeatureWindows(OWN, np.zeros(4, "f4"))
    for _ in range(400):
        for window in encoder.push(_mel(16)):
            features.push(window[:4, 0])
    assert len(encoder._frames) < 64
    assert len(features._features) < 32
