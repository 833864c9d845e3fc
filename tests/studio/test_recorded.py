from pathlib import Path

import numpy as np
import pytest

from visavis.avatars import Avatar
from visavis.errors import StudioError
from visavis.studio import recorded
from visavis.studio.corpus import Spoken
from visavis.studio.phonemes import Phoneme
from visavis.studio.player import Player
from visavis.studio.recorded import human_lips, recordings
from visavis.studio.truth import person_folder
from visavis.studio.watching import load_watcher

TIME = np.arange(60 * 640) / 16_000
PHONEMES = (Phoneme("m", 0, 0.8), Phoneme("aa", 0.8, 1.6), Phoneme("m", 1.6, 2.4))


def clips() -> list[Spoken]:
    """A tone while the mouth is to be open."""
    sounding = (TIME >= 0.8) & (TIME < 1.6)
    pcm = (sounding * 0.5 * np.sin(2 * np.pi * 1000 * TIME)).astype(np.float32)
    return [Spoken("human", "Mam.", pcm, PHONEMES)]


def test_a_lamp_that_is_dark_on_m_keeps_its_closures(
    lamp: Avatar, lamp_exam: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorded, "clips", clips)
    watcher = load_watcher(Player(lamp), person_folder(lamp_exam, "lamp"), lambda _: None)
    figures = human_lips(watcher, recordings())
    assert float(figures["closure_recall_human"] or 0) > 0.9
    assert figures["closure_false_rate_human"] == 0
    assert float(figures["opening_r_human"] or 0) > 0.8


def test_without_recordings_nothing_is_claimed(
    lamp: Avatar, lamp_exam: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing() -> list[Spoken]:
        raise StudioError("There are none.")

    monkeypatch.setattr(recorded, "clips", missing)
    watcher = load_watcher(Player(lamp), person_folder(lamp_exam, "lamp"), lambda _: None)
    assert set(human_lips(watcher, recordings()).values()) == {None}
