import json
from pathlib import Path

import pytest

from visavis.errors import StudioError
from visavis.studio.dataset import Box, Clip, Dataset


def test_clips_come_idle_first(rendered: Path) -> None:
    data = Dataset(rendered)
    assert data.clips == [Clip("idle", 0, 3, (0, 2)), Clip("nod", 3, 2, ())]
    assert data.length == 5
    assert data.box(1) == Box(32, 40, 64, 64)


def test_only_rendered_crops_are_listed(rendered: Path) -> None:
    crops = Dataset(rendered).crops()
    assert [crop.number for crop in crops] == [0, 1, 2]
    assert [crop.template for crop in crops] == [0, 4, 2]
    assert [crop.held_out for crop in crops] == [False, False, True]
    assert crops[0].articulation.shape == (19,)


def test_a_gap_between_clips_is_told(rendered: Path) -> None:
    table = json.loads((rendered / "template.json").read_text())
    table["clips"]["nod"]["first"] = 4
    (rendered / "template.json").write_text(json.dumps(table))
    with pytest.raises(StudioError, match="do not follow each other"):
        Dataset(rendered).clips  # noqa: B018


def test_no_data_set_is_told(tmp_path: Path) -> None:
    with pytest.raises(StudioError, match="render it first"):
        Dataset(tmp_path)
