"""A bundle without halves gets its own when it is loaded, once."""

import hashlib
import logging
import shutil
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper
from tests.engine.graph.graphs import noise

from visavis import avatars
from visavis.avatars import Avatar
from visavis.core.bundle import read_bundle
from visavis.engine.graph import faster, prepare
from visavis.engine.hoisted import HoistedModel

WIDE = 24


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
    shutil.copytree(avatar_folder / "lamp", target)
    path = target / "generator.onnx"
    before = hashlib.sha256(path.read_bytes()).hexdigest()
    path.write_bytes(slow_lamp(lamp.bundle.roi_size, lamp.bundle.window.rows))
    text = (target / "avatar.toml").read_text("utf-8")
    after = hashlib.sha256(path.read_bytes()).hexdigest()
    (target / "avatar.toml").write_text(text.replace(before, after), "utf-8")
    return target


def test_halves_are_made_and_kept_beside_the_avatar(
    folder: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        made = avatars.load(read_bundle(folder))
    assert "of a core per frame instead of" in caplog.text
    assert isinstance(made.fast, HoistedModel)
    assert [path.suffix for path in (folder / ".cache").iterdir()] == [".halves"]
    monkeypatch.setattr(prepare, "prepare", None)  # not called again
    kept = avatars.load(read_bundle(folder))
    roi, audio = made.template.roi(0)[None], noise(1, made.bundle.window.rows, 1)
    expected = made.generator.open().generate(roi, audio)
    for avatar in (made, kept):
        for keys in ((), (0,), (0,)):
            got = avatar.fast.open().generate(roi, audio, keys)
            assert np.abs(got - expected).max() <= 1e-5
    made.check()


def test_without_room_the_rewritten_whole_runs(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(faster, "KEPT_BYTES", 0)
    monkeypatch.setattr(prepare, "_WORTH_RATIO", 0.0)
    avatar = avatars.load(read_bundle(folder))
    assert avatar.hoisted is None
    assert avatar.fast is avatar.rewritten
    avatar.check()


def test_a_generator_that_cannot_be_cut_runs_whole_and_the_log_says_why(
    folder: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(prepare, "_WORTH_RATIO", 1e9)
    with caplog.at_level(logging.INFO):
        avatar = avatars.load(read_bundle(folder))
    assert "lamp's generator.onnx runs as it is: its halves take" in caplog.text
    assert avatar.fast is avatar.generator


def test_the_users_cache_is_taken_where_nothing_may_lie_beside(
    folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(avatars, "asset", lambda _: tmp_path)
    avatars.load(read_bundle(folder))
    assert not (folder / ".cache").exists()
    assert len(list((tmp_path / "user" / "visavis" / "lamp").glob("*.halves"))) == 1
