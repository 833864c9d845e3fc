"""What festival saves becomes phonemes, and a missing program or voice becomes a sentence."""

from pathlib import Path

import numpy as np
import pytest

from visavis.errors import StudioError
from visavis.studio.phonemes import Phoneme
from visavis.studio.voices import festival
from visavis.studio.wav import write_wav

PROGRAM = """#!/bin/sh
cat > "$(dirname "$0")/script"
out=$(sed -n 's/.*utt.save.segs spoken "\\(.*\\)").*/\\1/p' "$(dirname "$0")/script")
cp "$(dirname "$0")/sound.wav" "$(dirname "$out")/speech.wav"
printf '#\\n0.100 100 pau\\n0.180 100 m\\n0.300 100 aa\\n' > "$out"
"""


def install(folder: Path, program: str) -> None:
    path = folder / "festival"
    path.write_text(program)
    path.chmod(0o755)
    write_wav(folder / "sound.wav", np.full(4800, 0.5, np.float32), 16_000)


def test_segments_become_phonemes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path, PROGRAM)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    speech = festival.synthesize('"Ma."', "ked", rate=1.25, pitch=1.1)
    assert speech.phonemes == (
        Phoneme("pau", 0.0, 0.1),
        Phoneme("m", 0.1, 0.18),
        Phoneme("aa", 0.18, 0.3),
    )
    assert speech.length_s == pytest.approx(0.3)
    script = (tmp_path / "script").read_text()
    for part in ("voice_ked_diphone", "Duration_Stretch 0.8000", "target_f0_mean 115.5"):
        assert part in script


def test_a_voice_that_is_not_there_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path, "#!/bin/sh\ncat > /dev/null\n")
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    with pytest.raises(StudioError, match="festvox-kdlpc16k"):
        festival.synthesize("Ma.", "ked")


def test_a_missing_program_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(StudioError, match="install the package festival"):
        festival.synthesize("Ma.", "ked")
