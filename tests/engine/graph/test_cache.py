"""Halves are kept once per generator, and taken back only when they are whole."""

import os
from dataclasses import replace
from pathlib import Path

import pytest
from tests.engine.graph.graphs import model, node

from visavis.core.region import Region
from visavis.engine.graph import cache
from visavis.engine.graph.halves import Finished, Report
from visavis.engine.graph.mouth import Field, Mouth

MODEL = model([node("Add", "template template", "roi")])
REPORT = Report("hoisted", 1, 2, 3, 4.0, 1e-7, 50.0, 20.0, 9.0)
FIELDS = (Field("a", (3, 4, 6), "f2", Region(2, 0, 4, 6)), Field("b", (7,), "f4"))
MADE = Finished(Mouth(MODEL, MODEL, FIELDS, Region(2, 0, 4, 6), True), REPORT)


def test_what_is_kept_is_found(tmp_path: Path) -> None:
    path = cache.write([tmp_path / "new"], "key", MADE)
    assert path == tmp_path / "new" / "key.halves"
    assert cache.read([tmp_path, tmp_path / "new"], "key") == MADE
    assert cache.read([tmp_path / "new"], "other") is None
    assert [file.name for file in path.parent.iterdir()] == ["key.halves"]


def test_a_newer_one_takes_the_place(tmp_path: Path) -> None:
    for key in ("old", "new"):
        cache.write([tmp_path], key, MADE)
    assert [file.name for file in tmp_path.iterdir()] == ["new.halves"]


def test_a_folder_that_cannot_be_written_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    assert cache.write([tmp_path / "file", tmp_path / "user"], "key", MADE)
    assert (tmp_path / "user" / "key.halves").is_file()
    assert cache.write([tmp_path / "file"], "key", MADE) is None


@pytest.mark.parametrize("place", [0, 20, 300, -1])
def test_damage_is_noticed(tmp_path: Path, place: int) -> None:
    path = cache.write([tmp_path], "key", MADE)
    assert path is not None
    data = bytearray(path.read_bytes())
    data[place] ^= 1
    path.write_bytes(data)
    assert cache.read([tmp_path], "key") is None


@pytest.mark.parametrize("data", [b"", b"visavis halves\n", b"visavis halves\n{}\n", b"\0" * 99])
def test_other_files_are_no_halves(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "key.halves").write_bytes(data)
    assert cache.read([tmp_path], "key") is None


def test_a_file_that_is_cut_off_is_no_halves(tmp_path: Path) -> None:
    path = cache.write([tmp_path], "key", MADE)
    assert path is not None
    path.write_bytes(path.read_bytes()[:-1])
    assert cache.read([tmp_path], "key") is None


def test_links_and_outside_weights_are_not_followed(tmp_path: Path) -> None:
    cache.write([tmp_path], "real", MADE)
    (tmp_path / "link.halves").symlink_to(tmp_path / "real.halves")
    assert cache.read([tmp_path], "link") is None
    outside = MODEL + b"\x3a\x06\x2a\x04\x6a\x02\x0a\x00"  # external_data
    cache.write([tmp_path], "key", Finished(replace(MADE.mouth, appearance=outside), REPORT))
    assert cache.read([tmp_path], "key") is None


def test_a_key_is_of_the_model_and_the_settings() -> None:
    keys = [cache.key_of(MODEL, 1), cache.key_of(MODEL, 2), cache.key_of(MODEL + b"x", 1)]
    assert len({*keys, cache.key_of(MODEL, 1)}) == 3


@pytest.mark.skipif(os.name == "nt", reason="other variables")
def test_the_users_folder_is_the_last_resort(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    user = tmp_path / "visavis" / "nova"
    assert cache.folders("nova", None) == [user]
    assert cache.folders("nova", Path("models")) == [Path("models/.cache"), user]
