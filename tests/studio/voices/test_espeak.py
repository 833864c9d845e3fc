"""Events become phonemes, and a missing library becomes a sentence."""

import ctypes
from collections.abc import Iterator
from typing import Any

import pytest

from visavis.errors import StudioError
from visavis.studio.voices import espeak


@pytest.fixture(autouse=True)
def _fresh_library() -> Iterator[None]:
    espeak._library.cache_clear()
    yield
    espeak._library.cache_clear()


class Library:
    """Speaks 441 samples in which /m/ starts at 40 ms and /a/ at 120 ms; knows one voice."""

    def __init__(self, *_: object) -> None:
        self.parameters: dict[int, int] = {}

    def espeak_Initialize(self, *_: object) -> int:  # noqa: N802
        return 22_050

    def espeak_SetVoiceByName(self, name: bytes) -> int:  # noqa: N802
        return 0 if name == b"known" else 2

    def espeak_SetParameter(self, key: int, value: int, _: int) -> None:  # noqa: N802
        self.parameters[key] = value

    def espeak_SetSynthCallback(self, callback: Any) -> None:  # noqa: N802
        self.callback = callback

    def espeak_Synth(self, *_: object) -> None:  # noqa: N802
        events = (espeak._Event * 3)()
        for event, symbol, at_ms in zip(events, (b"m", b"a"), (40, 120), strict=False):
            event.type, event.audio_position_ms, event.id.string = 7, at_ms, symbol
        self.callback((ctypes.c_short * 4410)(*[16_384] * 4410), 4410, events)

    def espeak_Synchronize(self) -> None:  # noqa: N802
        pass


def test_events_become_phonemes(monkeypatch: pytest.MonkeyPatch) -> None:
    library = Library()
    monkeypatch.setattr(ctypes, "CDLL", lambda *_: library)
    speech = espeak.synthesize("Ma.", "known", rate=2.0, pitch=1.0)
    assert [phoneme.symbol for phoneme in speech.phonemes] == ["m", "a"]
    assert speech.phonemes[0].start_s == pytest.approx(0.04 - espeak.LATE_S)
    assert speech.phonemes[0].end_s == speech.phonemes[1].start_s
    assert speech.phonemes[1].end_s == pytest.approx(0.2)
    assert speech.pcm[0] == pytest.approx(0.5)
    assert library.parameters[1] == 330


def test_an_unknown_variant_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ctypes, "CDLL", Library)
    with pytest.raises(StudioError, match="'nobody'"):
        espeak.synthesize("Ma.", "nobody")


def test_a_missing_library_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(_: str) -> None:
        raise OSError("not found")

    monkeypatch.setattr(ctypes, "CDLL", missing)
    with pytest.raises(StudioError, match="libespeak-ng1"):
        espeak.synthesize("Ma.", "known")
