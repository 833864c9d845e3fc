from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from rich.console import Console
from typer import Typer
from typer.testing import CliRunner

from visavis.avatars import Avatar
from visavis.engine.models import GeneratorModel
from visavis.errors import StudioError
from visavis.studio import listening, recorded
from visavis.studio.corpus import REST, Spoken
from visavis.studio.heldout import read_sentences
from visavis.studio.listening import Ear, by_viseme, figures, in_noise, listen, mouth
from visavis.studio.phonemes import Phoneme
from visavis.studio.visemes import VISEMES

Float32 = NDArray[np.float32]
LOUD = 0.5  # mel level between silence and a tone


def speaker(rows: int, open_mouth: Sequence[float]) -> bytes:
    """A generator that opens its mouth while the newest level is above LOUD."""
    nodes = [
        helper.make_node("Gather", ["audio", "newest"], ["level"], axis=1),
        helper.make_node("Greater", ["level", "loud"], ["sounding"]),
        helper.make_node("Cast", ["sounding"], ["amount"], to=TensorProto.FLOAT),
        helper.make_node("Mul", ["amount", "open"], ["articulation"]),
        helper.make_node("ReduceSum", ["articulation", "axis"], ["sum"], keepdims=1),
        helper.make_node("ReduceMax", ["articulation", "axis"], ["most"], keepdims=1),
        helper.make_node("Add", ["template", "sum"], ["lit"]),
        helper.make_node("Mul", ["lit", "most"], ["roi"]),
    ]
    constants = {
        "newest": np.array(rows - 1),
        "loud": np.array(LOUD, np.float32),
        "open": np.array([open_mouth], np.float32),
        "axis": np.array([1]),
    }
    inputs = [
        helper.make_tensor_value_info("template", TensorProto.FLOAT, ["B", 1]),
        helper.make_tensor_value_info("audio", TensorProto.FLOAT, ["B", rows, 1]),
    ]
    output = [helper.make_tensor_value_info("roi", TensorProto.FLOAT, ["B", 1])]
    weights = [numpy_helper.from_array(value, name) for name, value in constants.items()]
    graph = helper.make_graph(nodes, "speaker", inputs, output, weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    return bytes(model.SerializeToString())


@pytest.fixture
def avatar(lamp: Avatar) -> Avatar:
    """Hears what the lamp hears, and says "ah" to it."""
    model = speaker(lamp.bundle.window.rows, [*VISEMES["aa"].vector(), 0.0])
    return replace(lamp, generator=cast("GeneratorModel", SimpleNamespace(model=model)))


@pytest.fixture
def nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without recordings."""

    def missing() -> list[Spoken]:
        raise StudioError("There are none.")

    monkeypatch.setattr(recorded, "clips", missing)


def tone(frames: int, first: int, last: int) -> Float32:
    sounding = np.repeat((np.arange(frames) >= first) & (np.arange(frames) < last), 640)
    wave = 0.5 * np.sin(np.arange(frames * 640) * (np.pi / 8))
    return np.asarray(sounding * wave, np.float32)


def test_it_opens_while_the_tone_sounds(avatar: Avatar) -> None:
    opened = mouth(Ear(avatar).hear(tone(60, 20, 40), gated=False))[:, 0]
    assert (opened[22:38] > 10).all()
    assert not opened[:18].any()
    assert not opened[42:].any()


def test_the_gate_fades_towards_rest(avatar: Avatar) -> None:
    ear, pcm = Ear(avatar), tone(60, 20, 40)
    gated, free = ear.hear(pcm), ear.hear(pcm, gated=False)
    np.testing.assert_allclose(gated[:10], np.tile(REST, (10, 1)))
    np.testing.assert_allclose(gated[25:35], free[25:35], atol=1e-6)
    assert mouth(gated).shape == (60, 2)


@pytest.mark.usefixtures("nobody")
def test_an_ear_that_opens_with_the_sound_agrees_with_the_labels(
    avatar: Avatar, lamp_exam: Path
) -> None:
    heard = listen(Ear(avatar), lamp_exam)
    found = figures(heard)
    assert float(found["opening_r_seen"] or 0) > 0.9
    assert float(found["opening_r_unseen"] or 0) > 0.9
    assert found["opening_r_voice0"] == found["opening_r_seen"]
    assert {"opening_r_noise20", "opening_r_noise10"} <= found.keys()
    assert "closure_false_rate_human" not in found


def test_recordings_count_when_there_are_some(
    avatar: Avatar, lamp_exam: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = (Phoneme("m", 0, 0.8), Phoneme("aa", 0.8, 1.6), Phoneme("m", 1.6, 2.4))
    monkeypatch.setattr(
        recorded, "clips", lambda: [Spoken("human", "Mam.", tone(60, 20, 40), said)]
    )
    found = figures(listen(Ear(avatar), lamp_exam))
    assert float(found["closure_recall_human"] or 0) > 0.9
    assert found["closure_false_rate_human"] == 0


@pytest.mark.usefixtures("nobody")
def test_visemes_have_a_row_each(avatar: Avatar, lamp_exam: Path) -> None:
    heard = listen(Ear(avatar), lamp_exam)
    shown = Console(width=100)
    with shown.capture() as capture:
        shown.print(by_viseme(heard.unseen))
    rows = [line.split() for line in capture.get().splitlines()]
    assert [row[1] for row in rows if len(row) > 8 and row[1] in VISEMES] == ["sil", "aa"]


def test_noise_is_the_same_every_time_and_another_for_each(lamp_exam: Path) -> None:
    sentences = read_sentences(lamp_exam)
    sounds = {s.number: s.sound(lamp_exam) for s in sentences}
    first, again = in_noise(sentences, sounds), in_noise(sentences, sounds)
    assert first.keys() == sounds.keys()
    assert all(np.array_equal(first[n], again[n]) for n in sounds)
    assert not np.array_equal(first[0], first[1])


def test_another_kind_of_generator_is_refused(lamp: Avatar) -> None:
    with pytest.raises(StudioError, match="does not speak in articulation"):
        Ear(lamp)


def test_the_command_says_what_is_wrong(tmp_path: Path) -> None:
    app = Typer()
    app.command()(listening.main)
    result = CliRunner().invoke(app, [str(tmp_path)])
    assert result.exit_code == 2
    assert "avatar.toml" in result.output.replace("\n", " ")
