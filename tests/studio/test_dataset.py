import json
from pathlib import Path

import numpy as np
import pytest

from visavis.errors import StudioError
from visavis.studio.dataset import SEAM, Box, Clip, Dataset, lay_in
from visavis.studio.pictures import write_png


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


def test_a_lower_face_is_laid_into_its_frame(rendered: Path) -> None:
    before = Dataset(rendered).template_rgba(1)
    table = json.loads((rendered / "template.json").read_text())
    table["lower_x0y0x1y1_bottom_up"] = table["border_x0y0x1y1_bottom_up"]
    (rendered / "template.json").write_text(json.dumps(table))
    write_png(rendered / "template/0001-lower.png", np.full((64, 64, 4), 255, np.uint8))
    after = Dataset(rendered).template_rgba(1)
    inner = np.s_[40 + SEAM : 104 - SEAM, 32 + SEAM : 96 - SEAM]
    assert (after[inner] == 255).all()
    step = after[40:104, 32].astype(int) - before[40:104, 32]
    assert 0 < np.abs(step).max() <= 255 / SEAM + 1
    before[40:104, 32:96] = after[40:104, 32:96]
    assert (after == before).all()
    assert (Dataset(rendered).template_rgba(2)[inner] < 255).any()


def test_a_lower_face_of_another_size_is_refused() -> None:
    with pytest.raises(StudioError, match="render it again"):
        lay_in(np.zeros((9, 9, 4), np.uint8), np.zeros((4, 5, 4), np.uint8), Box(0, 0, 4, 4))


def test_no_data_set_is_told(tmp_path: Path) -> None:
    with pytest.raises(StudioError, match="render it first"):
        Dataset(tmp_path)
