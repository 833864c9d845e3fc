import json
from pathlib import Path

from rich.console import Console

from visavis.studio.score_report import AIMS, Aim, table, write_json
from visavis.studio.takes import Figures


def test_an_aim_is_a_least_or_a_greatest_value() -> None:
    assert Aim("r", "", 0.9).met(0.9)
    assert not Aim("r", "", 0.9).met(0.89)
    assert Aim("px", "", None, 0.3).met(0.3)
    assert not Aim("lag", "", 0, 0).met(1)


def test_the_table_tells_what_was_missed_and_what_was_not_measured() -> None:
    shown = Console(width=100)
    with shown.capture() as capture:
        shown.print(table({"opening_r_seen": 0.97, "opening_r_unseen": 0.5, "psnr_db": None}))
    lines = capture.get().splitlines()
    assert any("known voices" in line and line.rstrip().endswith("ok") for line in lines)
    assert any("0.5" in line and line.rstrip().endswith("missed") for line in lines)
    assert sum("not measured" in line for line in lines) == len(AIMS) - 2


def test_the_same_figures_are_the_same_bytes(tmp_path: Path) -> None:
    figures: Figures = {"id": "someone", "lag_frames": 0, "psnr_db": 35.5, "gmac": None}
    write_json(tmp_path / "a.json", dict(figures))
    write_json(tmp_path / "b.json", dict(figures))
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()
    assert json.loads((tmp_path / "a.json").read_text()) == figures
