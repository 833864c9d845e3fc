"""The aligner with a stand-in decoder: which words it asks for and what it gives back."""

import sys
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest

from visavis.errors import StudioError
from visavis.studio import alignment


class Decoder:
    """Knows "my map" and hears a silence and an /m/."""

    def __init__(self, **_: object) -> None:
        self.text = ""

    def lookup_word(self, word: str) -> str | None:
        return "M" if word in {"my", "map"} else None

    def set_align_text(self, text: str) -> None:
        self.text = text

    def set_alignment(self) -> None: ...

    def start_utt(self) -> None: ...

    def process_raw(self, samples: bytes, full_utt: bool) -> None:
        assert full_utt
        assert np.abs(np.frombuffer(samples, np.int16)).max() == alignment.PEAK

    def end_utt(self) -> None:
        if self.text == "my my":
            raise RuntimeError("Failed to stop utterance processing")

    def hyp(self) -> str | None:
        return None if self.text == "map" else self.text

    def get_alignment(self) -> Any:
        named = (("SIL", 0, 20), ("M", 20, 8))
        return [[SimpleNamespace(name=n, start=s, duration=d)] for n, s, d in named]


@pytest.fixture(autouse=True)
def _decoder(monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("pocketsphinx")
    module.Decoder = Decoder  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "pocketsphinx", module)
    alignment._decoder.cache_clear()


def test_sounds_come_back_with_times() -> None:
    sounds = alignment.align(np.full(100, 0.1, np.float32), "My map!")
    assert [sound.symbol for sound in sounds] == ["pau", "m"]
    assert [sound[1:] for sound in sounds] == [(0.0, 0.2), pytest.approx((0.2, 0.28))]


def test_an_unknown_word_is_told() -> None:
    assert alignment.known("My map.")
    with pytest.raises(StudioError, match="dictionary"):
        alignment.align(np.full(100, 0.1, np.float32), "My zebra.")


def test_a_text_that_does_not_fit_is_told() -> None:
    with pytest.raises(StudioError, match="does not find"):
        alignment.align(np.full(100, 0.1, np.float32), "map")


def test_a_decoder_that_gives_up_is_not_used_again() -> None:
    given_up = alignment._decoder()
    with pytest.raises(StudioError, match="does not find 'My my' in its recording"):
        alignment.align(np.full(100, 0.1, np.float32), "My my")
    assert alignment._decoder() is not given_up


def test_a_missing_aligner_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pocketsphinx", None)
    alignment._decoder.cache_clear()
    with pytest.raises(StudioError, match="needs the package pocketsphinx"):
        alignment.known("my")
