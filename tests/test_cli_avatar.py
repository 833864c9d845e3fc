"""The commands `visavis avatar …`."""

import re
from pathlib import Path

import pytest
from tests.conftest import Run

pytestmark = pytest.mark.usefixtures("avatar_folder")


def test_avatars_are_listed(run: Run) -> None:
    status, out, err = run("avatar", "list")
    assert (status, err) == (0, "")
    assert re.search(r"lamp +Lamp +240×240 +CC0-1\.0 +White while", out)


@pytest.mark.parametrize("by_folder", [False, True])
def test_an_avatar_tells_what_it_holds(run: Run, avatar_folder: Path, by_folder: bool) -> None:
    status, out, err = run("avatar", "info", avatar_folder / "lamp" if by_folder else "lamp")
    assert (status, err) == (0, "")
    for line in ("frame        240×240, 25 FPS", "look-ahead   110 ms", "clips        idle (1 s)"):
        assert line in out


def test_a_whole_avatar_passes(run: Run) -> None:
    status, out, err = run("avatar", "check", "lamp")
    assert (status, err) == (0, "")
    assert out.startswith("lamp is whole:")


def test_one_broken_avatar_does_not_hide_the_others(
    run: Run, avatar_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "avatar.toml").write_text("format = 9")
    monkeypatch.setenv("VISAVIS_AVATARS", f"{tmp_path}:{avatar_folder}")
    status, out, _ = run("avatar", "list")
    assert status == 0
    assert "broken" in out
    assert "format must be 1" in out
    assert "Lamp" in out
