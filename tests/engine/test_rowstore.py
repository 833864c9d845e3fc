"""Rows are kept whole or not at all, shared by all who open the file."""

import logging
from pathlib import Path

import numpy as np
import pytest

from visavis.engine import rowstore
from visavis.engine.rowstore import MappedRows, PassingRows, open_store

COUNT, SIZE = 5, 100


def row(number: int) -> rowstore.Row:
    return np.full(SIZE, number, np.uint8)


def test_a_row_is_seen_by_all_who_map_the_file(tmp_path: Path) -> None:
    one, other = (MappedRows(tmp_path / "k.rows", "k", COUNT, SIZE) for _ in range(2))
    assert one.get(3) is None
    one.put(3, row(7))
    for store in (one, other, MappedRows(tmp_path / "k.rows", "k", COUNT, SIZE)):
        found = store.get(3)
        assert found is not None
        np.testing.assert_array_equal(found, row(7))
        assert found is store.get(3)
        assert store.get(2) is None


def test_a_row_is_computed_anew_if_its_writer_died(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = MappedRows(tmp_path / "k.rows", "k", COUNT, SIZE)
    with monkeypatch.context() as patched:
        patched.setattr(rowstore, "_write", lambda *_: _die())
        with pytest.raises(KeyboardInterrupt):
            store.put(1, row(1))
    assert MappedRows(tmp_path / "k.rows", "k", COUNT, SIZE).get(1) is None


def _die() -> None:
    raise KeyboardInterrupt


def test_a_full_disk_keeps_the_row_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    store = MappedRows(tmp_path / "k.rows", "k", COUNT, SIZE)
    monkeypatch.setattr(rowstore, "_write", full)
    with caplog.at_level(logging.WARNING):
        store.put(1, row(9))
    assert "No space left" in caplog.text
    kept = store.get(1)
    assert kept is not None
    assert kept[0] == 9
    assert MappedRows(tmp_path / "k.rows", "k", COUNT, SIZE).get(1) is None


@pytest.mark.parametrize("damage", ["header", "size", "link"])
def test_another_file_of_that_name_is_replaced(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "k.rows"
    MappedRows(path, "k", COUNT, SIZE).put(0, row(1))
    data = path.read_bytes()
    if damage == "header":
        path.write_bytes(b"x" + data[1:])
    elif damage == "size":
        path.write_bytes(data[:-1])
    else:
        path.rename(tmp_path / "real")
        path.symlink_to(tmp_path / "real")
    store = MappedRows(path, "k", COUNT, SIZE)
    assert store.get(0) is None
    assert not path.is_symlink()


def test_rows_of_another_template_make_room(tmp_path: Path) -> None:
    for key in ("old", "new"):
        MappedRows(tmp_path / f"{key}.rows", key, COUNT, SIZE)
    assert [path.name for path in tmp_path.iterdir()] == ["new.rows"]


def test_the_least_recently_used_passes_first() -> None:
    store = PassingRows(2)
    for number in (0, 1):
        store.put(number, row(number))
    assert store.get(0) is not None
    store.put(2, row(2))
    assert [store.get(n) is not None for n in range(3)] == [True, False, True]


def test_a_store_is_a_file_where_that_fits_and_can_be(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    places = [tmp_path / "file", tmp_path / "user"]
    assert isinstance(open_store(places, "k", COUNT, SIZE, COUNT * SIZE), MappedRows)
    assert (tmp_path / "user" / "k.rows").is_file()
    private = open_store(places[:1], "k", COUNT, SIZE, COUNT * SIZE)
    assert isinstance(private, PassingRows)
    assert private.room == COUNT
    assert open_store(places, "k", COUNT, SIZE, 3 * SIZE).room == 3
    assert open_store(places, "k", COUNT, SIZE, 0).room == 1
