"""Letters of the neural voices fold into phonemes, marks into the sounds they belong to."""

import sys

import numpy as np
import pytest

from visavis.errors import StudioError
from visavis.studio.phonemes import Phoneme
from visavis.studio.voices import misaki


def folded(letters: str, step_s: float = 0.1) -> list[Phoneme]:
    edges = np.arange(len(letters) + 1) * step_s
    return list(misaki.phonemes_of(letters, edges.tolist()))


def times(phoneme: Phoneme) -> tuple[float, float]:
    return phoneme.start_s, phoneme.end_s


def test_stress_starts_the_sound_after_it() -> None:
    first, second = folded("bˈɑ")
    assert first.symbol == "b"
    assert second.symbol == "A:"
    assert times(second) == pytest.approx((0.1, 0.3))


def test_length_prolongs_the_sound_before_it() -> None:
    (sound,) = folded("iː")
    assert times(sound) == pytest.approx((0.0, 0.2))


def test_a_short_gap_belongs_to_the_word_before_it_and_a_long_one_is_a_pause() -> None:
    assert [sound.symbol for sound in folded("m p", 0.05)] == ["m", "p"]
    assert [sound.symbol for sound in folded("m p", 0.2)] == ["m", "_", "p"]


def test_times_before_the_start_are_clipped() -> None:
    sounds = list(misaki.phonemes_of("_m", [-0.07, -0.02, 0.1]))
    assert sounds == [Phoneme("_", 0.0, 0.0), Phoneme("m", 0.0, 0.1)]


def test_an_unknown_letter_is_told() -> None:
    with pytest.raises(StudioError, match="'ж'"):
        folded("ж")


def test_durations_are_stretched_to_the_sound_and_corrected(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Engine:
        vocab = dict.fromkeys("mɑ", 1)

    monkeypatch.setattr(misaki, "hibari", Engine)
    pad, first, second, end = misaki.timed("mɑ", np.array([4, 2, 4, 10]), 1.0)
    assert (pad.symbol, first.symbol, second.symbol, end.symbol) == ("_", "m", "A:", "_")
    assert times(first) == pytest.approx((0.2 - misaki.LAG_S, 0.3 - misaki.LAG_S))
    assert end.end_s == pytest.approx(1.0 - misaki.LAG_S)


def test_a_missing_package_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    misaki.hibari.cache_clear()
    monkeypatch.setitem(sys.modules, "hibari", None)
    with pytest.raises(StudioError, match="hibari-tts"):
        misaki.hibari()
