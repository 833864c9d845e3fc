"""The pictures of a score, drawn of the lamp: they need matplotlib."""

import json
from pathlib import Path

import numpy as np
import pytest
from tests.conftest import Run
from tests.studio.conftest import lamp_exam

from visavis import avatars
from visavis.avatars import Avatar
from visavis.studio import score
from visavis.studio.heldout import read_sentences
from visavis.studio.people_sheet import SHOWN, gestures, painted, shape, tiles, truest
from visavis.studio.pictures import read_rgba
from visavis.studio.player import Player
from visavis.studio.score import Examiner

__all__ = ["lamp_exam"]


def test_each_viseme_is_shown_where_it_is_truest(lamp_exam: Path) -> None:
    sentences = read_sentences(lamp_exam)
    found = truest(sentences)
    assert tuple(found) == SHOWN
    _, frame = found["aa"]
    assert 20 <= frame < 40


def test_the_sheet_begins_at_rest_and_shows_every_viseme(lamp: Avatar, lamp_exam: Path) -> None:
    shown = dict(tiles(Examiner(lamp, lamp_exam)))
    assert list(shown) == ["at rest", *(f"{name}, from sound" for name in SHOWN)]
    assert shown["at rest"][100:140, 100:140].mean() < 60
    assert shown["aa, from sound"][100:140, 100:140].mean() > 180
    assert list(gestures(Player(lamp))) == []


def test_a_generator_that_cannot_be_told_is_shown_from_sound_alone(lamp: Avatar) -> None:
    assert list(painted(Player(lamp))) == []


@pytest.mark.parametrize("name", avatars.installed())
def test_shipped_people_paint_every_viseme(name: str) -> None:
    player = Player(avatars.load(avatars.find(name)))
    shown = dict(painted(player))
    if shown:
        assert tuple(shown) == SHOWN
        resting = player.resting(player.avatar.template.index(0)).astype(int)
        moved = {viseme: float(np.abs(frame - resting).mean()) for viseme, frame in shown.items()}
        assert min(moved.values()) > 0
        assert moved["PP"] < moved["aa"]


def test_a_viseme_has_a_tongue() -> None:
    assert shape("DD").shape == (19,)
    assert shape("DD")[-1] == pytest.approx(0.11)


def test_the_command_writes_table_figures_sheet_plot_and_film(
    run: Run,
    avatar_folder: Path,
    lamp_exam: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(score, "recordings", list)
    folder, figures = tmp_path / "shown", tmp_path / "lamp.json"
    arguments = ["--heldout", lamp_exam, "--out", folder, "--json", figures]
    status, out, err = run("avatar", "score", avatar_folder / "lamp", *arguments)
    assert (status, err) == (0, "")
    assert "known voices" in out
    assert "matplotlib" not in out
    made = {path.name: path.stat().st_size for path in folder.iterdir()}
    assert set(made) == {"lamp_score.png", "lamp_people.png", "lamp_side_by_side.mp4"}
    told = json.loads(figures.read_text())
    assert told["id"] == "lamp"
    assert "cores" in told["machine"]
    assert told["minutes"] >= 0
    sheet = read_rgba(folder / "lamp_people.png")
    assert len(np.unique(sheet[..., 0])) > 2
