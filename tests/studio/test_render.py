import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from visavis.errors import StudioError
from visavis.studio import render
from visavis.studio.render import Plan, Settings, app, plan, take, write_indexes
from visavis.studio.rig.border import Box
from visavis.studio.rig.head import Head
from visavis.studio.rig.meshdata import BODY_VERTICES
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
def head() -> Head:
    rest = np.tile([0.0, 6.0, 1.2], (BODY_VERTICES, 1))
    rest[:, 0] = np.linspace(-0.4, 0.4, BODY_VERTICES)
    jaw = np.full_like(rest, -0.05)
    return Head(rest, {"jawOpen": jaw}, np.array([0, 1]), np.array([0, 1]))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A data set with two clips of speech and no pictures."""
    clips = [
        {
            "id": number,
            "voice": "slt",
            "text": "Map.",
            "frames": 5,
            "ph": [],
            "names": ["jawOpen"],
            "weights": [[0.5]] * 5,
            "tongue_up": [0.0] * 5,
        }
        for number in range(2)
    ]
    (tmp_path / "speech").mkdir()
    (tmp_path / "speech" / "meta.json").write_text(json.dumps(clips))
    (tmp_path / "scratch").mkdir()
    return tmp_path


def _indexes(folder: Path, wanted: Plan) -> dict[str, Any]:
    write_indexes(folder, folder / "scratch", wanted)
    names = ("template.json", "frames.json")
    return {name: json.loads((folder / name).read_text()) for name in names}


def test_the_plan_is_the_loop_and_then_every_frame_of_speech(folder: Path, head: Head) -> None:
    shots = plan(folder, head, Settings()).shots
    assert len(shots) == 150 + 10
    assert [shot.box is None for shot in shots] == [True] * 150 + [False] * 10
    assert shots[-1].path == folder / "crops" / "01_0004.webp"


def test_a_limit_bounds_the_crops_and_not_the_loop(folder: Path, head: Head) -> None:
    assert len(plan(folder, head, Settings(limit=3)).shots) == 150 + 3


def test_the_indexes_describe_the_pictures(folder: Path, head: Head) -> None:
    wanted = plan(folder, head, Settings(resolution=256))
    indexes = _indexes(folder, wanted)
    template, clips = indexes["template.json"], indexes["frames.json"]
    assert (template["res"], template["loop"], template["fps"]) == (256, 150, 25)
    assert len(template["rot_deg"]) == len(template["blink"]) == 150
    shot, clip = wanted.shots[-1], clips[1]
    boxes = template["border_x0y0x1y1_bottom_up"]
    assert tuple(boxes[clip["template_index"][4]]) == shot.box
    assert clip["voice"] == "slt"
    assert not list((folder / "scratch").iterdir())


def test_indexes_can_be_written_again(folder: Path, head: Head) -> None:
    wanted = plan(folder, head, Settings())
    assert _indexes(folder, wanted) == _indexes(folder, wanted)


def test_pictures_of_another_size_are_not_mixed(folder: Path, head: Head) -> None:
    _indexes(folder, plan(folder, head, Settings(resolution=448)))
    other = plan(folder, head, Settings(resolution=256))
    with pytest.raises(StudioError, match="new folder"):
        _indexes(folder, other)


def test_a_shot_is_posed_rendered_and_moved_into_place(tmp_path: Path) -> None:
    shot = Shot(tmp_path / "crops" / "a.webp", 4, (1.0, 2.0, 3.0), {"jawOpen": 0.5}, 0.1)
    person, scratch = _Person(), tmp_path / "scratch"
    scratch.mkdir()
    take(shot, person, _Scene(), scratch)
    assert person.poses == [({"jawOpen": 0.5}, (1.0, 2.0, 3.0), 0.1)]
    assert shot.path.read_bytes() == b"whole 4 None"
    assert not list(scratch.iterdir())


def test_a_broken_render_leaves_no_picture_behind(tmp_path: Path) -> None:
    shot = Shot(tmp_path / "a.webp", 4, (0.0, 0.0, 0.0))
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    with pytest.raises(StudioError):
        take(shot, _Person(), _Scene(breaks=True), scratch)
    assert not shot.path.exists()


def test_without_blender_the_command_says_what_to_install(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(render, "find_spec", lambda name: None)
    result = CliRunner().invoke(app, [str(folder)])
    assert result.exit_code == 1
    assert "requirements-render.txt" in result.output
    assert "Traceback" not in result.output


def test_a_wrong_shard_is_refused_before_anything_is_rendered(folder: Path) -> None:
    result = CliRunner().invoke(app, [str(folder), "--shard", "2/2"])
    assert result.exit_code == 1
    assert "I/N" in result.output
    assert not (folder / "template.json").exists()
