from pathlib import Path

import numpy as np
import pytest

from visavis.core.mel import mel_spectrogram
from visavis.core.window import EncoderWindows
from visavis.errors import StudioError
from visavis.studio.clips import ClipFolder, framed
from visavis.studio.corpus import (
    MEL,
    REST,
    WINDOWS,
    encoder_windows,
    load_corpus,
    mel_frames,
    silent_window,
)
from visavis.studio.phonemes import Phoneme
from visavis.studio.voices.utterance import Speech

FRAMES = 40


def speech() -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    random = np.random.default_rng(5)
    swell = np.sin(np.linspace(0, 12, FRAMES * 640)) ** 2
    return (0.3 * swell * random.standard_normal(FRAMES * 640)).astype(np.float32)


def test_mel_frames_are_those_of_the_runtime() -> None:
    np.testing.assert_allclose(mel_frames(speech()), mel_spectrogram(speech(), MEL), atol=1e-4)


def test_windows_are_those_of_the_runtime() -> None:
    mel = mel_spectrogram(speech(), MEL)
    stream = EncoderWindows(WINDOWS, MEL)
    runtime = stream.push(mel) + stream.flush(FRAMES)
    assert (encoder_windows(mel, FRAMES) == np.stack(runtime[:FRAMES])).all()


def test_the_look_ahead_stays_within_120_ms() -> None:
    assert WINDOWS.look_ahead_samples(MEL) <= 1920


def test_rest_is_a_lightly_pressed_mouth() -> None:
    assert 0 < REST.max() < 0.07


def test_silence_makes_the_silent_window() -> None:
    mel = mel_spectrogram(np.zeros(32_000, np.float32), MEL)
    assert (encoder_windows(mel, 20)[5] == silent_window()).all()


def test_a_corpus_is_read_with_labels_from_its_phonemes(tmp_path: Path) -> None:
    folder = ClipFolder(tmp_path)
    sounds = (Phoneme("aa", 0.0, 0.2), Phoneme("m", 0.2, 0.3), Phoneme("aa", 0.3, 0.5))
    folder.add(framed(0, "slt", "Ama.", Speech(np.full(8000, 0.2, np.float32), 16_000, sounds)))
    folder.save()
    (clip,) = load_corpus(tmp_path)
    assert clip.voice == "slt"
    truth = clip.labels()
    assert len(truth) == clip.frames
    assert truth.contact[:, 1].max() == 1.0


def test_a_missing_corpus_is_told(tmp_path: Path) -> None:
    with pytest.raises(StudioError, match="synthesize one there"):
        load_corpus(tmp_path)
