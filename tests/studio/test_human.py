"""Recordings of a person with their transcript become clips with phonemes."""

from pathlib import Path

import numpy as np
import pytest

from visavis.errors import StudioError
from visavis.studio import human
from visavis.studio.phonemes import Phoneme
from visavis.studio.wav import write_wav


def test_sentences_become_clips(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "transcription").write_text("<s> my map </s> (one)\n<s> a map </s> (two)\n")
    for name in ("one", "two"):
        write_wav(tmp_path / f"{name}.wav", np.full(16_100, 0.1, np.float32), 16_000)
    sounds = [Phoneme("pau", 0.0, 0.4), Phoneme("m", 0.4, 0.5), Phoneme("aa", 0.5, 1.0)]
    monkeypatch.setattr(human, "align", lambda pcm, text: sounds)
    clips = human.clips(tmp_path)
    assert [clip.text for clip in clips] == ["my map", "a map"]
    assert clips[0].frames == 25
    assert clips[0].labels().contact[:, 1].max() == 1.0


def test_missing_recordings_are_told(tmp_path: Path) -> None:
    with pytest.raises(StudioError, match="pocketsphinx-testdata"):
        human.clips(tmp_path)


def test_another_sample_rate_is_told(tmp_path: Path) -> None:
    (tmp_path / "transcription").write_text("<s> my map </s> (one)\n")
    write_wav(tmp_path / "one.wav", np.zeros(800, np.float32), 8000)
    with pytest.raises(StudioError, match="convert it"):
        human.clips(tmp_path)
