"""Stretches: whole beats, labels that follow the sound, files that come back."""

from pathlib import Path

import numpy as np
import pytest

from visavis.core.timeline import FRAME_SAMPLES
from visavis.errors import StudioError
from visavis.studio.corpus import Spoken
from visavis.studio.phonemes import Phoneme
from visavis.studio.stretches import (
    BEAT,
    FAMILY,
    Library,
    Mix,
    build,
    in_bytes,
    in_levels,
    load,
    save,
    varied,
)


def clip() -> Spoken:
    pcm = np.zeros(32_000, np.float32)
    pcm[8000:24_000] = 0.3 * np.sin(np.arange(16_000) * 0.2)
    sounds = (Phoneme("_", 0.0, 0.5), Phoneme("aa", 0.5, 1.5), Phoneme("_", 1.5, 2.0))
    return Spoken("slt", "Ah.", pcm, sounds)


def test_bytes_keep_levels_to_a_fifth_of_a_decibel() -> None:
    levels = np.linspace(-4, 4, 999, dtype=np.float32)
    assert np.abs(in_levels(in_bytes(levels)) - levels).max() <= 8 / 255 / 2 + 1e-6


def test_another_speaker_keeps_sound_and_times_together() -> None:
    for seed in range(12):
        changed = varied(clip(), np.random.default_rng(seed))
        assert changed.frames % BEAT == 0
        vowel = next(sound for sound in changed.phonemes if sound.symbol == "aa")
        loud = np.flatnonzero(np.abs(changed.pcm) > 0.15) / 16_000
        assert loud[0] == pytest.approx(vowel.start_s, abs=0.02)
        assert loud[-1] == pytest.approx(vowel.end_s, abs=0.02)
        assert changed.phonemes[0].start_s == 0.0
        assert changed.phonemes[-1].end_s == len(changed.pcm) / 16_000


def test_a_stretch_is_read_back_with_its_labels(tmp_path: Path) -> None:
    parts = build([clip()], 0, size=3)
    save(tmp_path / "000.npz", parts)
    stretch = load(tmp_path / "000.npz")
    assert len(stretch.mel) == stretch.beats * BEAT * FRAME_SAMPLES // FAMILY.hop
    assert len(stretch.labels) == stretch.beats * BEAT == sum(part.frames for part in parts)
    assert np.array_equal(stretch.mel, np.concatenate([part.mel for part in parts]))


def test_plain_speech_is_left_as_it_is() -> None:
    parts = build([clip()], 0, size=12, mix=Mix(clean=1.0, silent=0.0, scaled=0.0))
    vowels = [part.phonemes[2] for part in parts]
    assert [v.end_s - v.start_s for v in vowels] == pytest.approx([1.0] * 12)
    assert len({int(part.mel.max()) for part in parts}) == 1


def test_the_same_number_gives_the_same_stretch() -> None:
    first, second = (build([clip()], 1, size=2) for _ in range(2))
    for one, other in zip(first, second, strict=True):
        assert np.array_equal(one.mel, other.mel)
        assert one.phonemes == other.phonemes


def test_a_library_takes_in_what_is_new(tmp_path: Path) -> None:
    library = Library(tmp_path)
    with pytest.raises(StudioError, match="make them from a corpus"):
        library.stretches()
    save(tmp_path / "000.npz", build([clip()], 0, size=1))
    assert len(library.stretches()) == 1
    save(tmp_path / "001.npz", build([clip()], 1, size=1))
    assert len(library.stretches()) == 2
