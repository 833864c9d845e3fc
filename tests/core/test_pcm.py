"""Any sound becomes mono at one rate: right level, right place, the same bits for any cut."""

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from visavis.core.pcm import Resampler, check_rate, resample, scrub, to_mono
from visavis.errors import MediaError

Float32 = NDArray[np.float32]
RATES = (8_000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 96_000, 192_000)


def _sine(rate: int, hz: float, seconds: float = 0.25) -> Float32:
    return (0.5 * np.sin(2 * np.pi * hz * np.arange(round(seconds * rate)) / rate)).astype(
        np.float32
    )


@pytest.mark.parametrize("target", [16_000, 48_000])
@pytest.mark.parametrize("source", RATES)
def test_a_tone_keeps_level_pitch_and_place(source: int, target: int) -> None:
    got = resample(_sine(source, 1000), source, target)
    want = _sine(target, 1000)
    assert abs(len(got) - len(want)) <= 1
    middle = slice(target // 20, target // 5)  # away from the edges, where the kernel sees silence
    np.testing.assert_allclose(got[middle], want[middle], atol=2e-3)


@pytest.mark.parametrize("source", [44_100, 48_000, 96_000, 192_000])
def test_what_16_khz_cannot_hold_is_removed(source: int) -> None:
    got = resample(_sine(source, 9_500), source, 16_000)
    assert np.abs(got[800:-800]).max() < 0.5 * 10 ** (-70 / 20)


@settings(max_examples=40, deadline=None)
@given(
    source=st.sampled_from(RATES),
    target=st.sampled_from([16_000, 48_000]),
    cuts=st.lists(st.integers(0, 3000), max_size=12),
)
def test_the_bits_do_not_depend_on_the_chunks(source: int, target: int, cuts: list[int]) -> None:
    clip = np.random.default_rng(1).uniform(-1, 1, 3000).astype(np.float32)
    stream = Resampler(source, target)
    pieces = [stream.push(part) for part in np.split(clip, sorted(cuts))]
    got = np.concatenate((*pieces, stream.flush()))
    assert got.tobytes() == resample(clip, source, target).tobytes()


@pytest.mark.parametrize("source", RATES)
@pytest.mark.parametrize("samples", [0, 1, 2, 999])
def test_a_clip_has_as_many_samples_as_its_time_says(source: int, samples: int) -> None:
    got = resample(np.ones(samples, np.float32), source, 16_000)
    assert len(got) == -(-samples * 16_000 // source)


def test_a_stream_waits_for_its_reach_and_no_longer() -> None:
    stream = Resampler(48_000, 16_000)
    assert not len(stream.push(np.ones(stream.reach, np.float32)))
    assert len(stream.push(np.ones(1, np.float32))) == 1


@pytest.mark.parametrize("rate", [0, -1, 7_999, 192_001, 10**9])
def test_a_rate_that_nobody_records_is_refused(rate: int) -> None:
    with pytest.raises(MediaError, match=f"sample rate is {rate} Hz; send audio between"):
        check_rate(rate)
    with pytest.raises(MediaError, match="sample rate"):
        Resampler(rate, 16_000)


@pytest.mark.parametrize(
    ("dtype", "full"),
    [("int16", -32_768), ("int32", -(2**31)), ("float32", -1.0), ("float64", -1.0)],
)
def test_full_scale_of_each_format_is_one(dtype: str, full: float) -> None:
    assert to_mono(np.array([full, 0, full / -2], dtype)).tolist() == [-1.0, 0.0, 0.5]


@pytest.mark.parametrize("dtype", ["uint8", "int8", "int64", "uint16", "float16", "bool"])
def test_another_format_is_refused_by_name(dtype: str) -> None:
    with pytest.raises(MediaError, match=f"sample format {dtype} is not s16, s32 or float"):
        to_mono(np.zeros(4, dtype))


@pytest.mark.parametrize("channels", range(1, 9))
def test_every_layout_keeps_what_all_channels_agree_on(channels: int) -> None:
    wave = _sine(16_000, 440)
    got = to_mono(np.repeat(wave[:, None], channels, axis=1))
    np.testing.assert_allclose(got, wave, atol=1e-6)


def test_the_subwoofer_of_surround_sound_is_left_out() -> None:
    surround = np.zeros((100, 6), np.float32)
    surround[:, 3] = 1.0
    assert not to_mono(surround).any()
    surround[:, 2] = 1.0  # the centre, where the voice is
    assert to_mono(surround).min() > 0.25


@pytest.mark.parametrize("channels", [0, 9, 64])
def test_too_many_or_no_channels_are_refused(channels: int) -> None:
    with pytest.raises(MediaError, match=f"has {channels} channels; send 1 to 8"):
        to_mono(np.zeros((10, channels), np.float32))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_what_is_no_number_becomes_silence_without_a_warning(dtype: str) -> None:
    bad = np.array([np.nan, np.inf, -np.inf, np.finfo(dtype).max, 2.0, 0.25], dtype)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        got = to_mono(bad)
    assert got[[0, 1, 2, 4, 5]].tolist() == [0.0, 0.0, 0.0, 1.0, 0.25]
    assert np.isfinite(got).all()


def test_bad_samples_are_counted() -> None:
    clean, bad = scrub(np.array([[np.nan, 0.5], [np.inf, -3.0]], np.float32))
    assert bad == 2
    assert clean.tolist() == [[0.0, 0.5], [0.0, -1.0]]


def test_one_rate_to_itself_is_left_alone() -> None:
    clip = _sine(16_000, 440)
    assert resample(clip, 16_000, 16_000).tobytes() == clip.tobytes()
