"""A bundle is read when it is right; each defect is one clear sentence."""

import hashlib
import shutil
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
import tomli_w
from onnx import TensorProto, helper, numpy_helper

from visavis.core.bundle import is_avatar_id, read_bundle
from visavis.core.bundlefile import read_file
from visavis.core.mel import MelSpec
from visavis.core.window import WindowSpec
from visavis.errors import BundleError

Table = dict[str, Any]
Edit = Callable[[Table], object]


@pytest.fixture
def folder(avatar_folder: Path, tmp_path: Path) -> Path:
    """A lamp of one's own, to be damaged."""
    return Path(shutil.copytree(avatar_folder / "lamp", tmp_path / "lamp"))


def _edit(folder: Path, edit: Edit) -> None:
    path = folder / "avatar.toml"
    table = tomllib.loads(path.read_text("utf-8"))
    edit(table)
    path.write_text(tomli_w.dumps(table), "utf-8")


def test_a_good_bundle_says_what_it_is(folder: Path) -> None:
    bundle = read_bundle(folder)
    assert (bundle.id, bundle.width, bundle.height) == ("lamp", 240, 240)
    assert bundle.mel == MelSpec()
    assert bundle.window == WindowSpec(offset=-5, left=7, right=0, shift=0, edge="silence")
    assert (bundle.clips["idle"].frames, bundle.clips["idle"].alpha) == (25, False)
    assert bundle.background is None
    files = [path for path in folder.iterdir() if path.is_file()]
    assert bundle.size_bytes == sum(path.stat().st_size for path in files)


def test_a_bundle_may_say_where_to_cut_its_generator(folder: Path) -> None:
    assert read_bundle(folder).generator.hoisted == ()
    _edit(folder, lambda t: t["generator"].update(hoisted=["a", "b"]))
    assert read_bundle(folder).generator.hoisted == ("a", "b")
    _edit(folder, lambda t: t["generator"].update(hoisted="a"))
    with pytest.raises(BundleError, match="hoisted must be a list"):
        read_bundle(folder)


def test_halves_of_former_bundles_are_not_read(folder: Path) -> None:
    _edit(folder, lambda t: t.update(hoisted={"appearance": "a.onnx", "tensors": ["a"]}))
    assert read_bundle(folder).generator.hoisted == ()


def test_a_card_may_say_anything(folder: Path) -> None:
    _edit(folder, lambda t: t.update(card={"voices": 9, "made": "by hand"}))
    assert read_bundle(folder).card == {"voices": 9, "made": "by hand"}


def _with_nod(table: Table) -> None:
    idle = table["clips"]["idle"]
    idle.update(play="there-and-back", homes=[0, 12])
    table["clips"]["nod"] = {**idle, "play": "forward"}


def test_every_clip_but_idle_is_a_gesture(folder: Path) -> None:
    assert read_bundle(folder).gestures == []
    _edit(folder, _with_nod)
    bundle = read_bundle(folder)
    idle, nod = bundle.clips["idle"], bundle.clips["nod"]
    assert bundle.gestures == ["nod"]
    assert (idle.there_and_back, idle.homes) == (True, (0, 12))
    assert (nod.there_and_back, nod.homes) == (False, ())


@pytest.mark.parametrize(
    ("name", "change", "says"),
    [
        ("nod", {"homes": []}, "clips.idle.homes is missing: gestures begin where idle is at"),
        ("Nod!", {}, "clips.Nod! must match"),
    ],
)
def test_each_defect_of_a_gesture_is_named(
    folder: Path, name: str, change: Table, says: str
) -> None:
    def edit(table: Table) -> None:
        _with_nod(table)
        table["clips"][name] = table["clips"].pop("nod")
        table["clips"]["idle"].update(change)

    _edit(folder, edit)
    with pytest.raises(BundleError) as caught:
        read_bundle(folder)
    assert says in str(caught.value)


def test_there_may_not_be_too_many_clips(folder: Path) -> None:
    def edit(table: Table) -> None:
        table["clips"].update({f"nod{n}": table["clips"]["idle"] for n in range(16)})

    _edit(folder, edit)
    with pytest.raises(BundleError, match=r"clips\.nod15 is one too many: at most 16 clips"):
        read_bundle(folder)


def test_an_older_description_with_a_loop_is_read(folder: Path) -> None:
    _edit(folder, _set("clips", "idle", "loop", value=True))
    assert not read_bundle(folder).clips["idle"].there_and_back


def _set(*path: str, value: object) -> Edit:
    def edit(table: Table) -> None:
        for key in path[:-1]:
            table = table[key]
        table[path[-1]] = value

    return edit


def _drop(*path: str) -> Edit:
    def edit(table: Table) -> None:
        for key in path[:-1]:
            table = table[key]
        del table[path[-1]]

    return edit


@pytest.mark.parametrize(
    ("edit", "says"),
    [
        (_set("format", value=2), "format must be 1, the format that this visavis reads"),
        (_drop("id"), "id is missing"),
        (_set("id", value="../etc"), "id must match"),
        (_set("id", value="Lamp"), "id must match"),
        (_drop("licence"), "licence is missing"),
        (_set("frame", "fps", value=30), "frame.fps must be 25"),
        (_set("frame", "width", value=242), "frame.width must be a multiple of 4"),
        (_set("frame", "height", value=8192), "frame.height must be a whole number from 64"),
        (_set("frame", "background", value="x.png"), "frame.background names 'x.png', which"),
        (_set("frame", value=3), "frame must be a table"),
        (_drop("clips", "idle"), "clips.idle is missing: every avatar needs an idle clip"),
        (_set("clips", "idle", "frames", value=24), "clips.idle.roi has 25 corners for 24 frames"),
        (_set("clips", "idle", "frames", value=0), "clips.idle.frames must be a whole number"),
        (_set("clips", "idle", "alpha", value="side"), "clips.idle.alpha must be one of below"),
        (_set("clips", "idle", "play", value="back"), "clips.idle.play must be one of forward, th"),
        (_set("clips", "idle", "homes", value=[25]), "clips.idle.homes must hold whole numbers fr"),
        (_set("encoder", "speech", value=""), "encoder.speech must be a text"),
        (_set("clips", "idle", "roi", value=[[0, 2]] * 25), r"clips.idle.roi must hold even"),
        (_set("clips", "idle", "roi", value=[[1, 1]] * 25), r"clips.idle.roi must hold even"),
        (_set("clips", "idle", "file", value="no.mkv"), "clips.idle.file names 'no.mkv', which"),
        (_set("roi", "size", value=15), "roi.size must be a whole number from 16"),
        (_set("roi", "size", value=17), "roi.size must be a multiple of 2"),
        (_set("mel", "sample_rate", value=48_000), "mel.sample_rate must be 16000"),
        (_set("mel", "hop", value=300), "mel.hop must divide 16000"),
        (_set("mel", "fmax", value=9_000), "mel.fmax must be from 1 to 8000"),
        (_set("mel", "fmin", value=7_600), "mel.fmin must be below mel.fmax"),
        (_set("mel", "preemphasis", value=2), "mel.preemphasis must be from 0 to 1"),
        (_set("encoder", "length", value=0), "encoder.length must be a whole number from 1"),
        (_set("encoder", "file", value="../e.onnx"), "encoder.file names '../e.onnx', which"),
        (_set("encoder", "features", value=0), "encoder.features must be a whole number"),
        (_set("generator", "left", value=65), "generator.left must be a whole number from 0"),
        (_set("generator", "edge", value="mirror"), "generator.edge must be one of silence, zeros"),
        (_set("generator", "channels", value="bgr"), 'generator.channels must be "rgb"'),
        (_drop("generator", "template"), "generator.template is missing"),
        (_drop("files"), "files is missing"),
        (_set("files", "idle.mkv", value="0" * 63), "files.idle.mkv must match"),
        (_set("files", "../x", value="0" * 64), "files.../x is not a plain file name"),
        (_set("files", "avatar.toml", value="0" * 64), "files.avatar.toml is not a plain file"),
        (_set("card", value="text"), "card must be a table"),
    ],
)
def test_each_defect_of_the_description_is_named(folder: Path, edit: Edit, says: str) -> None:
    _edit(folder, edit)
    with pytest.raises(BundleError) as caught:
        read_bundle(folder)
    sentence = str(caught.value)
    assert says in sentence
    assert str(folder / "avatar.toml") in sentence
    assert "\n" not in sentence
    assert sentence.endswith(".")


@pytest.mark.parametrize("change", [{"edge": "zeros"}, {"shift": -8}])
def test_speech_is_told_of_every_frame_in_time(folder: Path, change: Table) -> None:
    def edit(table: Table) -> None:
        table["encoder"]["speech"] = "speech"
        table["generator"].update(change)

    _edit(folder, edit)
    with pytest.raises(BundleError, match=r"encoder\.speech needs silent edges, and windows that"):
        read_bundle(folder)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"not toml", "is not valid TOML"),
        (b"\xff\xfe", "is not valid TOML"),
        (b"a = " + b"[" * 5000, "is not valid TOML"),
        (b"a = " + b"9" * 5000, "is not valid TOML"),
        (b"#" * (4 * 1024 * 1024 + 1), "is larger than 4 MiB"),
        (b"", "format is missing"),
    ],
)
def test_what_is_no_description_is_told(folder: Path, content: bytes, says: str) -> None:
    (folder / "avatar.toml").write_bytes(content)
    with pytest.raises(BundleError, match=says):
        read_bundle(folder)


def test_a_folder_without_a_description_is_told(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match=r"no readable avatar\.toml in"):
        read_bundle(tmp_path)


def test_a_file_comes_as_its_bytes(folder: Path) -> None:
    assert read_file(read_bundle(folder), "idle.mkv") == (folder / "idle.mkv").read_bytes()


def test_a_missing_file_is_told(folder: Path) -> None:
    bundle = read_bundle(folder)
    (folder / "idle.mkv").unlink()
    with pytest.raises(BundleError, match=r"lamp lacks its file idle\.mkv; install it again"):
        read_file(bundle, "idle.mkv")
    with pytest.raises(BundleError, match=r"lamp lacks its file idle\.mkv; install it again"):
        _ = bundle.size_bytes


def test_a_link_is_not_followed(folder: Path, tmp_path: Path) -> None:
    moved = (folder / "idle.mkv").rename(tmp_path / "elsewhere.mkv")
    (folder / "idle.mkv").symlink_to(moved)
    with pytest.raises(BundleError, match=r"lacks its file idle\.mkv"):
        read_file(read_bundle(folder), "idle.mkv")


@pytest.mark.parametrize("damage", [lambda b: b[:-1], lambda b: b + b"\0", lambda _: b""])
def test_damaged_bytes_are_noticed(folder: Path, damage: Callable[[bytes], bytes]) -> None:
    path = folder / "generator.onnx"
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(BundleError, match=r"generator\.onnx is damaged: its sha256 is not"):
        read_file(read_bundle(folder), "generator.onnx")


def _replace(folder: Path, name: str, data: bytes) -> None:
    (folder / name).write_bytes(data)
    _edit(folder, _set("files", name, value=hashlib.sha256(data).hexdigest()))


def test_a_model_that_points_outside_is_refused(folder: Path) -> None:
    tensor = numpy_helper.from_array(np.ones(1, np.float32), "w")
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="/etc/passwd")
    graph = helper.make_graph([], "g", [], [], [tensor])
    _replace(folder, "generator.onnx", helper.make_model(graph).SerializeToString())
    with pytest.raises(BundleError, match="keeps weights in another file; export it as a single"):
        read_file(read_bundle(folder), "generator.onnx")


def test_a_model_that_is_no_protobuf_is_refused(folder: Path) -> None:
    _replace(folder, "generator.onnx", b"\x0bnothing")
    with pytest.raises(BundleError, match="is not an ONNX model: wire type 3"):
        read_file(read_bundle(folder), "generator.onnx")


@pytest.mark.parametrize("text", ["nova", "a", "0", "a-b-9", "x" * 64])
def test_plain_ids_are_ids(text: str) -> None:
    assert is_avatar_id(text)


@pytest.mark.parametrize("text", ["", "-a", "A", "a_b", "../x", "a/b", "ä", "x" * 65, "a\n", "a\0"])
def test_paths_and_oddities_are_no_ids(text: str) -> None:
    assert not is_avatar_id(text)


def test_no_onnx_is_loaded_to_read_a_bundle(folder: Path) -> None:
    """A model's bytes are checked as bytes; garbage that is valid protobuf gets through to ORT."""
    _replace(folder, "generator.onnx", onnx.ModelProto().SerializeToString())
    assert read_file(read_bundle(folder), "generator.onnx") == b""
