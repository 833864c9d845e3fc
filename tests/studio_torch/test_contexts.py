"""The contexts that are compared are those that were asked for, and a table of them is made."""

import json
from pathlib import Path

import pytest
from tests.studio_torch.test_train_articulation import spoken

from visavis.studio import contexts
from visavis.studio.stretches import build, save


def test_distances_from_forty_to_a_hundred_and_sixty_milliseconds() -> None:
    assert [contexts.ahead_ms(offset) for offset in contexts.OFFSETS] == [42, 82, 112, 122, 162]


def test_a_row_for_each(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save(tmp_path / "stretches/000.npz", build([spoken("slt")], 0, size=4))
    monkeypatch.setattr(contexts, "OFFSETS", (-12, 0))
    held_out = [spoken("slt", 1), spoken("kal16", 2)]
    monkeypatch.setattr(contexts, "load_corpus", lambda _: held_out)
    out = tmp_path / "table.json"
    contexts.main(tmp_path / "work", tmp_path / "stretches", [tmp_path], out, steps=1)
    table = json.loads(out.read_text())
    assert [row["right_context_ms"] for row in table] == [42, 162]
    assert {"opening_r_seen", "opening_r_unseen", "opening_r_noise10"} <= set(table[0])
