"""A folder for as long as we live, and no longer."""

import os
import subprocess
import tempfile
from pathlib import Path

import pytest

from visavis.temporary import temporary_folder


@pytest.fixture(autouse=True)
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_it_is_gone_at_the_end(root: Path) -> None:
    with temporary_folder() as folder:
        (folder / "a").write_text("")
        assert folder.parent == root
    assert not list(root.iterdir())


def test_what_a_killed_process_left_is_swept(root: Path) -> None:
    with subprocess.Popen(["true"]) as gone:
        gone.wait()
    left = root / f"visavis-{gone.pid}-abc"
    (left / "deep").mkdir(parents=True)
    kept = [root / f"visavis-{os.getpid()}-abc", root / "visavis-notes", root / "other"]
    for folder in kept:
        folder.mkdir()
    link = root / f"visavis-{gone.pid}-link"
    link.symlink_to(kept[2])
    with temporary_folder():
        assert not left.exists()
        assert all(folder.is_dir() for folder in (*kept, link))
