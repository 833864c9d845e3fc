"""A bundle without halves gets its own when it is loaded, once."""

import hashlib
import logging
import shutil
from pathlib import Path

import numpy as np
import onnx
import pytest
from numpy.typing import NDArray
from onnx import TensorProto, helper
from tests.engine.graph.graphs import noise

from visavis import avatars
from visavis.avatars import Avatar
from visavis.core.bundle import read_bundle
from visavis.core.colour import flat_planes
from visavis.engine.config import EngineConfig
from visavis.engine.generator import FastModel, PlainModel
from visavis.engine.graph import prepare, surgery
from visavis.engine.graph.network import GraphError
from visavis.engine.providers.candidate import EXACT

Planes = NDArray[np.int16] | NDArray[np.uint8]
WIDE = 24
KEPT = [".frames", ".halves", ".rows"]


def slow_lamp(side: int, rows: int) -> bytes:
    """A generator of the lamp's shapes with a part for the template and one for both."""
    shapes: dict[str, list[int | str]] = {
        "template": ["B", 3, side, side],
        "audio": ["B", rows, 1],
        "roi": ["B", 3, side, side],
    }
    infos = [helper.make_tensor_value_info(n, TensorProto.FLOAT, s) for n, s in shapes.items()]
    weights = {"first": noise(WIDE, 3, 3, 3), "second": noise(WIDE, WIDE, 3, 3) / 20}
    weights |= {"last": noise(3, WIDE, 1, 1)}
    pads = {"pads": [1, 1, 1, 1]}
    nodes = [
        helper.make_node("Conv", ["template", "first"], ["a"], **pads),
        helper.make_node("Relu", ["a"], ["b"]),
        helper.make_node("Conv", ["b", "second"], ["seen"], **pads),
        helper.make_node("ReduceMean", ["audio"], ["flat"], axes=[1, 2]),
        helper.make_node("Reshape", ["flat", "shape"], ["level"]),
        helper.make_node("Mul", ["seen", "level"], ["both"]),
        helper.make_node("Conv", ["both", "last"], ["mixed"]),
        helper.make_node("Sigmoid", ["mixed"], ["roi"]),
    ]
    tensors = [onnx.numpy_helper.from_array(value, name) for name, value in weights.items()]
    tensors.append(onnx.numpy_helper.from_array(np.array([-1, 1, 1, 1]), "shape"))
    graph = helper.make_graph(nodes, "slow", infos[:2], infos[2:], tensors)
    opsets = [helper.make_opsetid("", 13)]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=8)
    return bytes(model.SerializeToString())


@pytest.fixture
def folder(
    avatar_folder: Path, lamp: Avatar, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """The lamp with a generator that is worth the surgery."""
    monkeypatch.setattr(prepare, "_WORTH_MS", 0.0)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "user"))
    target = tmp_path / "lamp"
    shutil.copytree(avatar_folder / "lamp", target, ignore=shutil.ignore_patterns(".cache"))
    path = target / "generator.onnx"
    before = hashlib.sha256(path.read_bytes()).hexdigest()
    path.write_bytes(slow_lamp(lamp.bundle.roi_size, lamp.bundle.window.rows))
    text = (target / "avatar.toml").read_text("utf-8")
    after = hashlib.sha256(path.read_bytes()).hexdigest()
    (target / "avatar.toml").write_text(text.replace(before, after), "utf-8")
    return target


def _planes(avatar: Avatar, frame: int) -> tuple[Planes, Planes]:
    """A mouth as the fast path makes it, and as the whole does."""
    audio = noise(1, avatar.bundle.window.rows, 1)
    window = avatar.fast.window
    got = np.empty((1, window.planes_bytes), np.uint8)
    avatar.fast.open().generate((frame,), audio, got)
    whole = avatar.generator.open().generate(avatar.template.roi(frame)[None], audio)[0]
    return got[0].astype(np.int16), flat_planes(whole[:, window.rows, window.columns])


def test_halves_are_made_and_kept_beside_the_avatar(
    folder: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        made = avatars.load(read_bundle(folder))
    assert "of a core per frame instead of" in caplog.text
    assert isinstance(made.fast, FastModel)
    assert sorted(path.suffix for path in (folder / ".cache").iterdir()) == [
        ".frames",
        ".halves",
        ".rows",
    ]
    monkeypatch.setattr(surgery, "operate", None)  # not called again
    kept = avatars.load(read_bundle(folder))
    for avatar in (made, kept):
        for _ in range(2):
            got, expected = _planes(avatar, 0)
            assert np.abs(got - expected).max() <= 1
    made.check()


def test_without_room_the_rewritten_whole_runs(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prepare, "_WORTH_RATIO", 0.0)
    avatar = avatars.load(read_bundle(folder), EngineConfig(str(EXACT), template_cache=0))
    assert isinstance(avatar.fast, FastModel)
    assert all(item.crop for item in avatar.fast.mouth.fields)
    assert avatar.fast.rows.room == 1
    got, expected = _planes(avatar, 1)
    assert np.abs(got - expected).max() <= 1


def test_a_generator_that_cannot_be_cut_runs_whole_and_the_log_says_why(
    folder: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(prepare, "_WORTH_RATIO", 1e9)
    with caplog.at_level(logging.INFO):
        avatar = avatars.load(read_bundle(folder))
    assert "the generator is not cut: its halves take" in caplog.text
    assert isinstance(avatar.fast, FastModel)
    got, expected = _planes(avatar, 1)
    assert np.abs(got - expected).max() <= 1


def test_a_generator_that_no_surgery_can_be_done_on_is_converted_outside(
    folder: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(*_: object) -> None:
        raise GraphError("it is odd")

    monkeypatch.setattr(surgery, "finish", refuse)
    with caplog.at_level(logging.INFO):
        avatar = avatars.load(read_bundle(folder))
    assert "lamp's generator.onnx runs as it is: it is odd" in caplog.text
    assert isinstance(avatar.fast, PlainModel)
    got, expected = _planes(avatar, 1)
    assert np.array_equal(got, expected)
    avatar.check()


def test_the_users_cache_is_taken_where_nothing_may_lie_beside(
    folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(avatars, "asset", lambda _: tmp_path)
    avatars.load(read_bundle(folder))
    assert not (folder / ".cache").exists()
    kept = (tmp_path / "user" / "visavis" / "lamp").iterdir()
    assert sorted(path.suffix for path in kept) == KEPT


def test_a_folder_that_cannot_be_written_costs_nothing_but_time(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / ".cache").write_bytes(b"")
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder / ".cache" / "no"))
    avatar = avatars.load(read_bundle(folder))
    got, expected = _planes(avatar, 2)
    assert np.abs(got - expected).max() <= 1
