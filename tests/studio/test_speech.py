"""A corpus is balanced from its start, the same for a seed, and goes on where it stopped."""

from itertools import islice
from pathlib import Path

import numpy as np
import pytest
import typer
from typer.testing import CliRunner

from visavis.core.timeline import SAMPLE_RATE
from visavis.studio import speech as corpus
from visavis.studio.clips import ClipFolder
from visavis.studio.phonemes import Phoneme
from visavis.studio.sentences import HELD_OUT, varied
from visavis.studio.voices.catalogue import HELD_OUT_VOICES, VOICES, Voice
from visavis.studio.voices.utterance import Speech


def hum(text: str, name: str, rate: float, pitch: float) -> Speech:
    """A stand-in engine: a tone as long as the text."""
    samples = round(len(text) * 400 / rate)
    pcm = np.sin(np.arange(samples) * 0.05 * pitch * len(name)).astype(np.float32)
    return Speech(pcm, SAMPLE_RATE, (Phoneme("m", 0.0, samples / SAMPLE_RATE),))


TWO = {"often": Voice(hum, "a", 3, (0.9, 1.1), (0.9, 1.1)), "seldom": Voice(hum, "bb", 1)}
HOURS = 0.03


def meta(folder: Path) -> bytes:
    return (folder / "speech" / "meta.json").read_bytes()


def test_the_hours_asked_for_are_reached(tmp_path: Path) -> None:
    *_, reached = corpus.build(tmp_path, HOURS, 1, TWO, varied(1))
    assert reached >= HOURS * 3600
    assert len(list((tmp_path / "speech").glob("*.wav"))) == len(ClipFolder(tmp_path))


def test_shares_hold_from_the_beginning(tmp_path: Path) -> None:
    list(corpus.build(tmp_path, HOURS, 1, TWO, varied(1)))
    frames_of = ClipFolder(tmp_path).frames_of
    assert frames_of["often"] / frames_of["seldom"] == pytest.approx(3, rel=0.3)


def test_the_same_seed_gives_the_same_corpus(tmp_path: Path) -> None:
    for name in ("a", "b"):
        list(corpus.build(tmp_path / name, HOURS, 7, TWO, varied(7)))
    list(corpus.build(tmp_path / "c", HOURS, 8, TWO, varied(8)))
    assert meta(tmp_path / "a") == meta(tmp_path / "b") != meta(tmp_path / "c")


def test_a_broken_run_goes_on_as_if_it_never_broke(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(corpus, "SAVE_EVERY", 4)
    list(corpus.build(tmp_path / "whole", HOURS, 2, TWO, varied(2)))
    list(islice(corpus.build(tmp_path / "broken", HOURS, 2, TWO, varied(2)), 10))
    list(corpus.build(tmp_path / "broken", HOURS, 2, TWO, varied(2)))
    assert meta(tmp_path / "broken") == meta(tmp_path / "whole")
    for path in (tmp_path / "whole" / "speech").glob("*.wav"):
        assert path.read_bytes() == (tmp_path / "broken" / "speech" / path.name).read_bytes()


def test_held_out_voices_speak_held_out_sentences_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in HELD_OUT_VOICES:
        monkeypatch.setitem(HELD_OUT_VOICES, name, Voice(hum, name, 1))
    list(corpus.build_held_out(tmp_path))
    plan = list(corpus.held_out_plan())
    assert len(ClipFolder(tmp_path)) == len(plan)
    assert {text for _, text in plan} == set(HELD_OUT)
    assert {"kal16", "jm_kumo"} <= {name for name, _ in plan} - set(VOICES)


def test_an_unknown_voice_is_one_sentence(tmp_path: Path) -> None:
    app = typer.Typer()
    app.command()(corpus.main)
    result = CliRunner().invoke(app, [str(tmp_path), "--voices", "kal16"])
    assert result.exit_code == 1
    assert "There is no training voice 'kal16'" in result.output
