"""A file on a disk that fills up: cut to what is whole, and silent about the rest."""

import os
from pathlib import Path

import pytest

from visavis.errors import MediaError
from visavis.media.outputs.guarded import GuardedFile


def _fill_after(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    """The disk has room for `size` bytes, and takes a part of what is too much, as disks do."""
    write, left = os.write, [size]

    def limited(descriptor: int, data: bytes) -> int:
        if not left[0]:
            raise OSError(28, "No space left on device")
        taken = data[: left[0]]
        left[0] -= len(taken)
        return write(descriptor, taken)

    monkeypatch.setattr(os, "write", limited)


def test_what_is_written_is_there(tmp_path: Path) -> None:
    file = GuardedFile(tmp_path / "a")
    assert file.write(b"hello") == 5
    file.seek(0)
    file.write(b"J")
    file.seek(0, os.SEEK_END)
    file.mark_whole()
    file.close()
    assert (tmp_path / "a").read_bytes() == b"Jello"


def test_a_full_disk_leaves_whole_pieces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = GuardedFile(tmp_path / "a")
    _fill_after(monkeypatch, 8)
    file.write(b"whole")
    file.mark_whole()
    assert file.write(b"too much") == 8  # FFmpeg is to go on as if nothing were
    assert file.failure
    file.seek(0)
    file.write(b"end")  # an end would spoil what is whole
    file.mark_whole()
    assert file.size == 5
    file.close()
    assert (tmp_path / "a").read_bytes() == b"whole"


def test_nothing_whole_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = GuardedFile(tmp_path / "a")
    _fill_after(monkeypatch, 0)
    file.write(b"header")
    file.close()
    assert not list(tmp_path.iterdir())


def test_what_is_there_is_kept(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("mine")
    with pytest.raises(MediaError, match=r"a cannot be written: File exists\.$"):
        GuardedFile(tmp_path / "a")
    with pytest.raises(MediaError, match="cannot be written: No such file or directory"):
        GuardedFile(tmp_path / "no" / "a")
    assert (tmp_path / "a").read_text() == "mine"


def test_the_disk_tells_what_is_free(tmp_path: Path) -> None:
    file = GuardedFile(tmp_path / "a")
    free = file.free_bytes()
    assert free is None or free > 0
    file.close()
