"""A rendered data set in miniature: a head that nods, with three mouths."""

import json
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from visavis.studio import template
from visavis.studio.dataset import Dataset
from visavis.studio.pictures import write_png

SIZE, BOX = 128, (32, 24, 96, 88)  # pixels; x0, y0, x1, y1, y from the bottom
SPLITS = ("train", "train", "heldout")


def _face(index: int) -> NDArray[np.uint8]:
    random = np.random.default_rng(5)
    coarse = random.integers(60, 200, (17, 16, 4), dtype=np.uint8)
    picture = coarse.repeat(8, 0).repeat(8, 1)[index : index + SIZE]
    picture[..., 3] = 255
    return picture


@pytest.fixture
def rendered(tmp_path: Path) -> Path:
    """Five template frames in two clips, their encoded clips in `bundle`, three crops."""
    folder = tmp_path / "someone"
    clips = {
        "nod": {"first": 3, "count": 2},
        "idle": {"first": 0, "count": 3, "homes": [0, 2]},
    }
    table = {"res": SIZE, "fps": 25, "frames": 5, "clips": clips}
    table |= {"border_x0y0x1y1_bottom_up": [BOX] * 5}
    (folder / "template").mkdir(parents=True)
    (folder / "template.json").write_text(json.dumps(table))
    for index in range(5):
        write_png(folder / f"template/{index:04d}.png", _face(index % 3))
    crops = [
        {"id": n, "template": (0, 4, 2, 1)[n], "articulation": [0.5] * 19, "split": split}
        for n, split in enumerate((*SPLITS, "train"))
    ]
    (folder / "crops.json").write_text(json.dumps(crops))
    (folder / "crops").mkdir()
    for crop in crops[:3]:  # the last is not rendered yet
        picture = _face(int(str(crop["template"])) % 3)[40:104, 32:96].copy()
        picture[30:50, 20:44, :3] = 10
        write_png(folder / f"crops/{crop['id']:04d}.png", picture)
    template.build(Dataset(folder), folder / "bundle")
    return folder
