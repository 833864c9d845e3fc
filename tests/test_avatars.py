"""Finding and loading avatars, by id and by folder."""

import hashlib
import shutil
from pathlib import Path

import pytest

from visavis import avatars
from visavis.core.bundle import read_bundle
from visavis.engine.generator import FastModel
from visavis.errors import BundleError, UnknownAvatarError


@pytest.fixture
def other(avatar_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A second folder of avatars, looked into first."""
    shutil.copytree(avatar_folder / "lamp", tmp_path / "lamp")
    monkeypatch.setenv(avatars.PATH_VARIABLE, f"{tmp_path}:{avatar_folder}")
    return tmp_path


def test_the_first_folder_wins(other: Path) -> None:
    assert avatars.find("lamp").folder == other / "lamp"
    assert avatars.installed().count("lamp") == 1


@pytest.mark.usefixtures("avatar_folder")
@pytest.mark.parametrize("name", ["nobody", "../lamp", "/etc", "", "Lamp", "x" * 300])
def test_an_unknown_avatar_is_told_with_the_known_ones(name: str) -> None:
    with pytest.raises(UnknownAvatarError, match=r"choose one of: .*lamp") as caught:
        avatars.find(name)
    assert len(str(caught.value)) < 400


def test_a_folder_is_taken_too(avatar_folder: Path) -> None:
    assert avatars.resolve(str(avatar_folder / "lamp")).id == "lamp"
    assert avatars.resolve("lamp").id == "lamp"


def test_a_misnamed_folder_is_told(other: Path) -> None:
    (other / "lamp").rename(other / "torch")
    with pytest.raises(BundleError, match="holds the avatar lamp; rename it"):
        avatars.find("torch")


def test_a_whole_avatar_passes_its_check(avatar_folder: Path) -> None:
    avatars.load(read_bundle(avatar_folder / "lamp")).check()


@pytest.mark.parametrize("name", ["idle.mkv", "audio_encoder.onnx", "generator.onnx"])
@pytest.mark.parametrize("damage", ["gone", "changed", "garbage"])
def test_each_damaged_file_is_named(other: Path, name: str, damage: str) -> None:
    folder = other / "lamp"
    if damage == "gone":
        (folder / name).unlink()
    elif damage == "changed":
        (folder / name).write_bytes(b"x")
    else:  # with a fitting hash
        before = (folder / name).read_bytes()
        (folder / name).write_bytes(b"\x3a\x00")
        text = (folder / "avatar.toml").read_text("utf-8")
        old, new = (hashlib.sha256(data).hexdigest() for data in (before, b"\x3a\x00"))
        (folder / "avatar.toml").write_text(text.replace(old, new), "utf-8")
    with pytest.raises(BundleError, match=name.replace(".", r"\.")) as caught:
        avatars.load(avatars.find("lamp")).check()
    assert "\n" not in str(caught.value)


def test_the_first_two_seconds_are_computed_ahead_and_the_rest_as_a_chore(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    nova = avatars.load(avatars.find("nova"))
    asked: list[int] = []
    assert isinstance(nova.fast, FastModel)
    monkeypatch.setattr(nova.fast.rows, "fields", asked.append)
    nova.prepare()
    assert asked == [nova.template.index(frame) for frame in range(50)]
    asked.clear()
    nova.prepare_rest(lambda: len(asked) == 70)
    assert asked == [nova.template.index(frame) for frame in range(70)]
    asked.clear()
    nova.prepare_rest(lambda: False)
    assert sorted(asked) == list(range(len(nova.template.frames)))
