import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.studio.rig.doll import doll, write_speech
from typer.testing import CliRunner

from visavis.errors import StudioError
from visavis.studio import render
from visavis.studio.render import Sitter, app, take, write_indexes
from visavis.studio.rig.border import Box
from visavis.studio.rig.plan import Plan, Settings, make_plan
from visavis.studio.rig.shots import Shot


class _Person:
    """Remembers how it was posed."""

    def __init__(self) -> None:
        self.poses: list[tuple[Any, ...]] = []

    def pose(self, *pose: Any) -> None:
        self.poses.append(pose)


class _Scene:
    """Writes a picture, or breaks off halfway."""

    def __init__(self, breaks: bool = False) -> None:
        self.breaks = breaks

    def render(self, path: Path, samples: int, box: Box | None = None) -> None:
        path.write_bytes(b"half")
        if self.breaks:
            raise StudioError("Blender stopped.")
        path.write_bytes(f"whole {samples} {box}".encode())


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A few pictures, of two folders of speech."""
    learnt = write_speech(tmp_path / "learnt", ("slt", 60))
    held_out = write_speech(tmp_path / "held out", ("rms", 30))
    return Settings("nova", 640, 4, 3, 16, 4, 2, learnt, held_out)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A data set without pictures."""
    (tmp_path / "data" / "scratch").mkdir(parents=True)
    return tmp_path / "data"


def _indexes(folder: Path, wanted: Plan) -> dict[str, Any]:
    write_indexes(folder, folder / "scratch", wanted)
    names = ("template.json", "crops.json")
    return {name: json.loads((folder / name).read_text()) for name in names}


def test_the_indexes_say_what_is_planned(folder: Path, settings: Settings) -> None:
    wanted = make_plan(folder, doll(), settings)
    indexes = _indexes(folder, wanted)
    assert indexes["crops.json"] == json.loads(json.dumps(wanted.crops))
    assert indexes["template.json"] == json.loads(json.dumps(wanted.template))
    assert not list((folder / "scratch").iterdir())


def test_indexes_can_be_written_again(folder: Path, settings: Settings) -> None:
    wanted = make_plan(folder, doll(), settings)
    assert _indexes(folder, wanted) == _indexes(folder, wanted)


@pytest.mark.parametrize("other", [{"resolution": 320}, {"person": "leo"}])
def test_pictures_of_another_person_or_size_are_not_mixed(
    folder: Path, settings: Settings, other: dict[str, Any]
) -> None:
    held = _indexes(folder, make_plan(folder, doll(), settings))
    with pytest.raises(StudioError, match="new folder"):
        _indexes(folder, make_plan(folder, doll(), replace(settings, **other)))
    assert json.loads((folder / "template.json").read_text()) == held["template.json"]


def test_more_crops_of_the_same_pictures_are_welcome(folder: Path, settings: Settings) -> None:
    _indexes(folder, make_plan(folder, doll(), settings))
    more = _indexes(folder, make_plan(folder, doll(), replace(settings, train=8)))
    assert len(more["crops.json"]) == 8 + 2


def test_a_shot_is_posed_rendered_and_moved_into_place(tmp_path: Path) -> None:
    shot = Shot(tmp_path / "crops" / "a.webp", 4, (1.0, 2.0, 3.0), {"jawOpen": 0.5}, 0.1, 0.7)
    person, scratch = _Person(), tmp_path / "scratch"
    scratch.mkdir()
    take(shot, person, _Scene(), scratch)
    assert person.poses == [({"jawOpen": 0.5}, (1.0, 2.0, 3.0), 0.1, 0.7)]
    assert shot.path.read_bytes() == b"whole 4 None"
    assert not list(scratch.iterdir())


def test_a_broken_render_leaves_no_picture_behind(tmp_path: Path) -> None:
    shot = Shot(tmp_path / "a.webp", 4, (0.0, 0.0, 0.0))
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    with pytest.raises(StudioError):
        take(shot, _Person(), _Scene(breaks=True), scratch)
    assert not shot.path.exists()


def test_nobody_else_can_sit() -> None:
    with pytest.raises(StudioError, match="nova, leo"):
        Sitter.named("mona")


def _command(folder: Path, settings: Settings, *more: str) -> list[str]:
    speech = ["--speech", str(settings.speech), "--held-out", str(settings.held_out)]
    return [str(folder), *speech, *more]


def test_without_blender_the_command_says_what_to_install(
    folder: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(render, "find_spec", lambda name: None)
    result = CliRunner().invoke(app, _command(folder, settings))
    assert result.exit_code == 1
    assert "requirements-render.txt" in result.output
    assert "Traceback" not in result.output


def test_a_wrong_shard_is_refused_before_anything_is_rendered(
    folder: Path, settings: Settings
) -> None:
    result = CliRunner().invoke(app, _command(folder, settings, "--shard", "2/2"))
    assert result.exit_code == 1
    assert "I/N" in result.output
    assert not (folder / "template.json").exists()


def test_speech_must_be_named(folder: Path) -> None:
    result = CliRunner().invoke(app, [str(folder)])
    assert result.exit_code == 2
    assert "--speech" in result.output


@pytest.mark.parametrize("options", [(), ("--held-out", "kept", "--further")])
def test_held_out_speech_is_named_or_done_without(folder: Path, options: tuple[str, ...]) -> None:
    result = CliRunner().invoke(app, [str(folder), "--speech", "learnt", *options])
    assert result.exit_code == 2
    assert "--further" in result.output
    assert not list(folder.glob("*.json"))
