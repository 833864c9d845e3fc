"""English through the sounds of other languages: what is said, how long, and what cannot follow."""

from pathlib import Path

import numpy as np
import pytest

from visavis.errors import StudioError
from visavis.studio.phonemes import VISEMES_OF, Phoneme
from visavis.studio.voices import diphones, flite
from visavis.studio.voices.diphones import VOICES, Sound, broken, foreign
from visavis.studio.voices.utterance import Speech
from visavis.studio.wav import write_wav

PROGRAM = """#!/bin/sh
cat >> "$(dirname "$0")/script"
out=$(sed -n 's/.*utt.save.segs spoken "\\(.*\\)").*/\\1/p' "$(dirname "$0")/script" | tail -1)
cp "$(dirname "$0")/sound.wav" "$(dirname "$out")/speech.wav"
printf '#\\n0.1 100 #\\n0.2 100 r\\n0.3 100 a\\n' > "$out"
echo "UniSyn: using default diphone #-# for a-i"
"""


def flite_says(text: str, name: str, rate: float = 1.0, pitch: float = 1.0) -> Speech:
    sounds = (Phoneme("pau", 0.0, 0.1), Phoneme("r", 0.1, 0.2), Phoneme("ay", 0.2, 0.4))
    return Speech(np.zeros(6400, np.float32), 16_000, sounds)


def install(folder: Path, program: str) -> None:
    (folder / "festival").write_text(program)
    (folder / "festival").chmod(0o755)
    write_wav(folder / "sound.wav", np.full(4800, 0.5, np.float32), 16_000)


@pytest.mark.parametrize("name", VOICES)
def test_every_english_sound_has_a_sound_of_the_voice_and_that_a_viseme(name: str) -> None:
    english = "aa ae ah ao aw ax ay b ch d dh eh er ey f g hh ih iy jh k l m n ng ow oy p pau r s"
    for symbol in [*english.split(), "sh", "t", "th", "uh", "uw", "v", "w", "y", "z", "zh"]:
        for sound in VOICES[name].sounds[symbol].split():
            assert diphones.SYMBOLS[sound] in VISEMES_OF


def test_a_glide_becomes_two_sounds_and_a_sound_that_is_missing_prolongs_the_one_before() -> None:
    said = [Phoneme("ay", 0.0, 0.2), Phoneme("hh", 0.2, 0.25), Phoneme("m", 0.25, 0.3)]
    assert [s.name for s in foreign(said, VOICES["lp"].sounds)] == ["a", "i", "m"]
    assert [s.length_s for s in foreign(said, VOICES["lp"].sounds)] == pytest.approx(
        [0.1, 0.15, 0.05]
    )


def test_sounds_that_cannot_follow_one_another_are_parted_within_the_same_time() -> None:
    parted = broken([Sound("z", 0.1), Sound("p", 0.04), Sound("p", 0.1)], {("z", "p"), ("p", "p")})
    assert [s.name for s in parted] == ["z", "#", "p", "#", "p"]
    assert [s.length_s for s in parted] == pytest.approx([0.07, 0.03, 0.02, 0.02, 0.1])


def test_a_text_is_said_anew_where_sounds_did_not_go_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(tmp_path, PROGRAM)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    monkeypatch.setattr(flite, "synthesize", flite_says)
    speech = diphones.synthesize("Rye.", "lp", pitch=1.1)
    assert speech.phonemes == (
        Phoneme("_", 0.0, 0.1),
        Phoneme("l", 0.1, 0.2),
        Phoneme("a", 0.2, 0.3),
    )
    first, second = (tmp_path / "script").read_text().strip().split("(voice_lp_diphone)")[1:]
    assert "(i 0.1000" in first
    assert first.count("(#") == 1
    assert second.count("(#") == 2


def test_a_voice_that_is_not_there_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path, "#!/bin/sh\ncat > /dev/null\n")
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    monkeypatch.setattr(flite, "synthesize", flite_says)
    with pytest.raises(StudioError, match="festvox-italp16k"):
        diphones.synthesize("Rye.", "lp")
