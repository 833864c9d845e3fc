"""Sixteen-bit files come back as they went, and failures leave nothing half-written."""

import wave
from pathlib import Path

import numpy as np
import pytest

from visavis.errors import StudioError
from visavis.studio.wav import read_wav, write_wav


def test_samples_survive_the_file(tmp_path: Path) -> None:
    pcm = np.linspace(-1, 1, 1280, dtype=np.float32)
    write_wav(tmp_path / "a.wav", pcm, 16_000)
    rate, read = read_wav(tmp_path / "a.wav")
    assert rate == 16_000
    np.testing.assert_allclose(read, pcm, atol=2e-5)
    assert [path.name for path in tmp_path.iterdir()] == ["a.wav"]


def test_what_is_too_loud_is_clipped_not_wrapped(tmp_path: Path) -> None:
    write_wav(tmp_path / "a.wav", np.array([2.0, -2.0], np.float32), 16_000)
    np.testing.assert_allclose(read_wav(tmp_path / "a.wav")[1], [1.0, -1.0])


def test_a_failed_write_keeps_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.wav"
    write_wav(path, np.zeros(640, np.float32), 16_000)
    before = path.read_bytes()

    def broken(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(wave.Wave_write, "writeframes", broken)
    with pytest.raises(OSError, match="disk full"):
        write_wav(path, np.ones(640, np.float32), 16_000)
    assert path.read_bytes() == before


def test_what_is_no_speech_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(StudioError, match="Cannot read"):
        read_wav(tmp_path / "missing.wav")
    (tmp_path / "text.wav").write_text("hello")
    with pytest.raises(StudioError, match="Cannot read"):
        read_wav(tmp_path / "text.wav")
    with wave.open(str(tmp_path / "stereo.wav"), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(16_000)
    with pytest.raises(StudioError, match="16-bit mono"):
        read_wav(tmp_path / "stereo.wav")
