"""The spectrogram is librosa's, live: the same numbers, for any cut of the sound."""

from pathlib import Path

import av
import librosa
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from librosa.filters import mel as librosa_filters
from numpy.typing import NDArray

from visavis.core.mel import SILENCE, MelSpec, MelStream, filterbank, mel_spectrogram

Float32 = NDArray[np.float32]
Float64 = NDArray[np.float64]
HELDOUT = Path(__file__).parents[2] / "bench" / "data" / "heldout" / "speech"
NOISE = np.random.default_rng(3).uniform(-1, 1, 9_001).astype(np.float32)


def _librosa(pcm: Float32) -> Float64:
    """The contract of the model family, in librosa's words."""
    samples = pcm.astype(np.float64)
    emphasised = np.append(samples[:1], samples[1:] - 0.97 * samples[:-1])
    spectrum = np.abs(
        librosa.stft(emphasised, n_fft=800, hop_length=200, win_length=800, pad_mode="constant")
    )
    bank = librosa_filters(sr=16_000, n_fft=800, n_mels=80, fmin=55, fmax=7_600, dtype=np.float64)
    level = 20 * np.log10(np.maximum(1e-5, bank @ spectrum)) - 20
    normal: Float64 = np.clip(8 * (level + 100) / 100 - 4, -4, 4).T
    return normal


def test_the_filters_are_librosas() -> None:
    want = librosa_filters(sr=16_000, n_fft=800, n_mels=80, fmin=55, fmax=7_600, dtype=np.float64)
    np.testing.assert_allclose(filterbank(MelSpec()), want, atol=1e-12)


@pytest.mark.parametrize("level", [1.0, 0.1, 1e-3, 1e-5])
def test_noise_gives_librosas_numbers(level: float) -> None:
    pcm = NOISE * np.float32(level)
    np.testing.assert_allclose(mel_spectrogram(pcm), _librosa(pcm), atol=1e-4)


def test_moving_sound_gives_librosas_numbers(speechlike: Float32) -> None:
    np.testing.assert_allclose(mel_spectrogram(speechlike), _librosa(speechlike), atol=1e-4)


@pytest.mark.parametrize("name", ["00.flac", "14.flac", "25.flac"])
def test_speech_gives_librosas_numbers(name: str) -> None:
    with av.open(str(HELDOUT / name)) as container:
        parts = [frame.to_ndarray()[0] for frame in container.decode(audio=0)]
    pcm = np.concatenate(parts)[: 4 * 16_000].astype(np.float32) / np.float32(32_768)
    np.testing.assert_allclose(mel_spectrogram(pcm), _librosa(pcm), atol=1e-4)


@settings(max_examples=25, deadline=None)
@given(cuts=st.lists(st.integers(0, len(NOISE)), max_size=20))
def test_the_bits_do_not_depend_on_the_chunks(cuts: list[int]) -> None:
    stream = MelStream()
    pieces = [stream.push(part) for part in np.split(NOISE, sorted(cuts))]
    got = np.concatenate((*pieces, stream.flush()))
    assert got.tobytes() == mel_spectrogram(NOISE).tobytes()


@pytest.mark.parametrize("samples", [1, 199, 200, 201, 799, 800, 16_000])
def test_a_clip_has_a_frame_for_each_hop_and_one_more(samples: int) -> None:
    mel = mel_spectrogram(NOISE[:samples] if samples <= len(NOISE) else np.zeros(samples, "f4"))
    assert mel.shape == (1 + samples // 200, 80)


def test_a_frame_comes_with_its_last_sample() -> None:
    stream = MelStream()
    assert len(stream.push(NOISE[:399])) == 0
    assert len(stream.push(NOISE[399:400])) == 1


def test_digital_silence_is_the_lowest_level() -> None:
    assert (mel_spectrogram(np.zeros(4_000, np.float32)) == SILENCE).all()


@pytest.mark.parametrize(
    "pcm",
    [
        np.where(np.arange(16_000) // 40 % 2, 1, -1),
        np.ones(16_000),
        np.full(16_000, 1e-41),
        np.where(np.arange(16_000) == 8_000, 1, 0),
    ],
    ids=["square", "constant", "denormal", "click"],
)
def test_no_sound_leaves_the_range(pcm: Float64) -> None:
    mel = mel_spectrogram(pcm.astype(np.float32))
    assert np.isfinite(mel).all()
    assert mel.min() >= SILENCE
    assert mel.max() <= 4.0
