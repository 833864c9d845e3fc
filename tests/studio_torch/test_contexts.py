"""The contexts that are compared are those that were asked for, and a table of them is made."""

import json
from pathlib import Path

import pytest
from tests.studio_torch.test_lesson import spoken

from visavis.studio import contexts, school
from visavis.studio.lesson import Pupil


def test_distances_from_forty_to_a_hundred_and_sixty_milliseconds() -> None:
    assert [contexts.ahead_ms(offset) for offset in contexts.OFFSETS] == [42, 82, 112, 122, 162]


def test_a_row_for_each(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clips = [*(spoken("slt", seed) for seed in range(3)), spoken("kal16", 3)]
    monkeypatch.setattr(contexts, "OFFSETS", (-12, 0))
    monkeypatch.setattr(contexts, "SIZE", 2)
    monkeypatch.setattr(school, "NOISES", 1)
    monkeypatch.setattr(contexts, "load_corpus", lambda _: clips)
    start, out = tmp_path / "start.pt", tmp_path / "table.json"
    Pupil.fresh(1e-3, 1).save(start)
    for _ in range(2):
        contexts.main(tmp_path / "work", [tmp_path], [tmp_path], out, start, steps=1)
    table = json.loads(out.read_text())
    assert [row["right_context_ms"] for row in table] == [42, 162]
    assert {"opening_r_seen", "opening_r_unseen", "opening_r_noise10"} <= set(table[0])
