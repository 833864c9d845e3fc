"""What flite prints becomes phonemes, and a missing program becomes a sentence."""

from pathlib import Path

import numpy as np
import pytest

from visavis.errors import StudioError
from visavis.studio.phonemes import Phoneme
from visavis.studio.voices import flite
from visavis.studio.wav import write_wav

PROGRAM = """#!/bin/sh
for last; do :; done
cp "$(dirname "$0")/sound.wav" "$last"
echo "$@" > "$(dirname "$0")/arguments"
echo "pau:0.100 m:0.180 aa:0.300"
"""


def install(folder: Path, program: str) -> None:
    path = folder / "flite"
    path.write_text(program)
    path.chmod(0o755)
    write_wav(folder / "sound.wav", np.full(4800, 0.5, np.float32), 16_000)


def test_segments_become_phonemes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path, PROGRAM)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    speech = flite.synthesize("Ma.", "slt", rate=1.25, pitch=1.1)
    assert speech.phonemes == (
        Phoneme("pau", 0.0, 0.1),
        Phoneme("m", 0.1, 0.18),
        Phoneme("aa", 0.18, 0.3),
    )
    assert (speech.sample_rate, len(speech.pcm)) == (16_000, 4800)
    arguments = (tmp_path / "arguments").read_text()
    assert "-voice slt" in arguments
    assert "duration_stretch=0.8000" in arguments
    assert "f0_shift=1.1000" in arguments


def test_a_missing_program_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(StudioError, match="install the package flite"):
        flite.synthesize("Ma.", "slt")


def test_a_refused_voice_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path, "#!/bin/sh\nexit 1\n")
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    with pytest.raises(StudioError, match="'nobody'"):
        flite.synthesize("Ma.", "nobody")
