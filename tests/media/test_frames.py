"""Frames as files: all of them or none."""

from pathlib import Path

import av
import numpy as np
import pytest

from visavis.core.compositor import new_frame
from visavis.errors import MediaError
from visavis.media.frames import FrameFolder
from visavis.media.png import png_bytes

GREY = new_frame(64, 48)
GREY[:] = 128


@pytest.mark.parametrize("there", [False, True])
def test_frames_are_numbered(tmp_path: Path, there: bool) -> None:
    if there:
        (tmp_path / "out").mkdir()
    with FrameFolder(tmp_path / "out") as folder:
        for _ in range(3):
            folder.write(GREY)
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert names == ["00000.png", "00001.png", "00002.png"]
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    with av.open(str(tmp_path / "out" / "00002.png")) as container:
        (picture,) = container.decode(video=0)
    assert (picture.width, picture.height) == (64, 48)


def _write_and_raise(folder: FrameFolder) -> None:
    folder.write(GREY)
    raise KeyError


def test_an_exception_leaves_nothing(tmp_path: Path) -> None:
    folder = FrameFolder(tmp_path / "out")
    with pytest.raises(KeyError), folder:
        _write_and_raise(folder)
    assert not list(tmp_path.iterdir())


def test_a_folder_in_use_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("")
    with pytest.raises(MediaError, match="already exists and is not empty; name another folder"):
        FrameFolder(tmp_path)
    with pytest.raises(MediaError, match="already exists and is not empty"):
        FrameFolder(tmp_path / "mine")
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(MediaError, match=r"cannot be written: .+\.$"):
        FrameFolder(tmp_path / "file" / "out")


def test_a_full_disk_is_told_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    folder = FrameFolder(tmp_path / "out")
    folder.write(GREY)
    monkeypatch.setattr(Path, "write_bytes", fail)
    with pytest.raises(MediaError, match="No space left"), folder:
        folder.write(GREY)
    assert not list(tmp_path.iterdir())


def test_what_an_aborted_run_left_is_cleared_away(tmp_path: Path) -> None:
    (tmp_path / ".out.part").mkdir()
    (tmp_path / ".out.part" / "00000.png").write_bytes(b"old")
    with FrameFolder(tmp_path / "out") as folder:
        folder.write(GREY)
    assert (tmp_path / "out" / "00000.png").read_bytes() == png_bytes(GREY)


def test_the_current_folder_can_be_filled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    with FrameFolder(Path()) as folder:
        folder.write(GREY)
    assert np.array_equal([p.name for p in (tmp_path / "here").iterdir()], ["00000.png"])
