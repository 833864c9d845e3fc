from pathlib import Path

import numpy as np

from visavis.media.audiofile import read_mono
from visavis.studio.heldout_speech import UNSEEN, plan, write_flac
from visavis.studio.sentences import HELD_OUT
from visavis.studio.voices.catalogue import HELD_OUT_VOICES, VOICES


def test_known_and_unknown_voices_say_every_sentence_once_each() -> None:
    spoken = list(plan())
    for seen in (True, False):
        assert [text for _, known, text in spoken if known is seen] == list(HELD_OUT)
    assert all(voice in (VOICES if seen else HELD_OUT_VOICES) for voice, seen, _ in spoken)
    assert not set(UNSEEN) & set(VOICES)


def test_flac_keeps_every_sample(tmp_path: Path) -> None:
    pcm = np.random.default_rng(0).integers(-30_000, 30_000, 16_000) / 32_767
    write_flac(tmp_path / "a.flac", pcm.astype(np.float32))
    heard = read_mono(tmp_path / "a.flac")
    assert len(heard) == len(pcm)
    assert np.abs(heard * 32_768 - np.rint(pcm * 32_767)).max() < 0.01
