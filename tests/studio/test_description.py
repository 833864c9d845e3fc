import tomllib
from pathlib import Path

from visavis.core.mel import MelSpec
from visavis.core.window import WindowSpec
from visavis.studio.dataset import Dataset
from visavis.studio.description import Family, write
from visavis.studio.outline import Outline

WINDOWS = WindowSpec(length=16, offset=-5, left=11, right=0, shift=0, edge="silence")


def _written(rendered: Path, family: Family, hoisted: list[str]) -> dict[str, object]:
    folder = rendered / "bundle"
    (folder / "generator.onnx").write_bytes(b"weights")
    write(folder, Outline.of(Dataset(rendered), 96), family, hoisted, {"seed": 3})
    return tomllib.loads((folder / "avatar.toml").read_text())


def test_everything_in_the_folder_is_named_with_its_hash(rendered: Path) -> None:
    table = _written(rendered, Family(MelSpec(), WINDOWS, 128, True), [])
    names = {path.name for path in (rendered / "bundle").iterdir()} - {"avatar.toml"}
    files = table["files"]
    assert isinstance(files, dict)
    assert files.keys() == names
    assert all(len(digest) == 64 for digest in files.values())
    assert table["card"] == {"seed": 3}


def test_clips_keep_their_homes_and_play_there_and_back(rendered: Path) -> None:
    clips = _written(rendered, Family(MelSpec(), WINDOWS, 128, True), [])["clips"]
    assert isinstance(clips, dict)
    assert list(clips) == ["idle", "nod"]
    assert clips["idle"]["homes"] == [0, 2]
    assert "homes" not in clips["nod"]
    assert (clips["idle"]["loop"], clips["nod"]["loop"]) == (True, False)
    assert len(clips["idle"]["roi"]) == clips["idle"]["frames"] == 3


def test_only_an_encoder_that_tells_speech_says_so(rendered: Path) -> None:
    tells = _written(rendered, Family(MelSpec(), WINDOWS, 128, True), [])
    silent = _written(rendered, Family(MelSpec(), WINDOWS, 512, False), [])
    assert tells["encoder"]["speech"] == "speech"  # type: ignore[index]
    assert "speech" not in silent["encoder"]  # type: ignore[operator]


def test_where_to_cut_a_generator_is_told(rendered: Path) -> None:
    whole = _written(rendered, Family(MelSpec(), WINDOWS, 128, True), [])
    cut = _written(rendered, Family(MelSpec(), WINDOWS, 128, True), ["a", "b"])
    assert "hoisted" not in whole["generator"]  # type: ignore[operator]
    assert cut["generator"]["hoisted"] == ["a", "b"]  # type: ignore[index]
