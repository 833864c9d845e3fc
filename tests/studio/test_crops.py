from dataclasses import replace
from pathlib import Path
from typing import cast

import numpy as np
import pytest
from numpy.typing import NDArray

from visavis.core.compositor import new_frame, pack, planes
from visavis.errors import StudioError
from visavis.studio.crops import Cutter, Pairs, prepare, shown
from visavis.studio.dataset import Box, Dataset
from visavis.studio.framing import Framing
from visavis.studio.template import to_float

Bytes = NDArray[np.uint8]


@pytest.fixture
def picture() -> Bytes:
    random = np.random.default_rng(3)
    coarse = random.integers(0, 255, (40, 40, 4)).repeat(8, 0).repeat(8, 1)
    noisy = coarse + random.integers(-9, 9, coarse.shape)
    return cast("Bytes", np.clip(noisy, 0, 255).astype(np.uint8))


def test_a_crop_of_another_size_is_refused(picture: Bytes) -> None:
    grey = new_frame(320, 320)
    with pytest.raises(StudioError, match="render the crops again"):
        shown(picture[:40, :41], Box(0, 0, 40, 40), grey, grey)


def test_a_crop_changes_only_its_place(picture: Bytes) -> None:
    frame = pack(to_float(picture[..., :3]))
    crop = np.full((10, 20, 4), 255, np.uint8)
    result = shown(crop, Box(30, 40, 20, 10), frame, np.zeros_like(frame))
    luma, before = planes(result)[0].copy(), planes(frame)[0]
    assert (luma[40:50, 30:50] == 235).all()
    luma[40:50, 30:50] = before[40:50, 30:50]
    assert (luma == before).all()


def test_what_a_crop_leaves_open_shows_the_background(picture: Bytes) -> None:
    frame, wall = pack(to_float(picture[..., :3])), pack(np.full((3, 320, 320), 0.5, np.float32))
    result = shown(np.zeros((10, 20, 4), np.uint8), Box(30, 40, 20, 10), frame, wall)
    assert (planes(result)[0][40:50, 30:50] == planes(wall)[0][0, 0]).all()


def test_pairs_survive_the_disk(tmp_path: Path) -> None:
    patches = np.zeros((2, 3, 40, 40), np.uint8)
    numbers, held_out = np.arange(2), np.array([False, True])
    articulation = np.ones((2, 19), np.float32)
    framing = Framing(64, 32, 16, 16).numbers()
    flow, seen = np.ones((2, 2, 20, 20), np.float16), np.ones((2, 20, 20), np.bool_)
    pairs = Pairs(framing, patches, patches, articulation, numbers, numbers, held_out, flow, seen)
    pairs.save(tmp_path / "pairs.npz")
    again = Pairs.load(tmp_path / "pairs.npz")
    assert (again.articulation == 1).all()
    assert again.index.tolist() == [0, 1]
    assert again.held_out.tolist() == [False, True]
    assert [path.name for path in tmp_path.iterdir()] == ["pairs.npz"]


def test_known_targets_are_not_cut_again(rendered: Path) -> None:
    framing = Framing(64, 32, 16, 16)
    cutter = Cutter(Dataset(rendered), rendered / "bundle", framing)
    pairs = prepare(cutter)
    assert pairs.templates.shape == (5, 3, 40, 40)
    assert pairs.targets.shape == (3, 3, 40, 40)
    assert pairs.index.tolist() == [0, 4, 2]
    assert pairs.held_out.tolist() == [False, False, True]
    assert pairs.flow.shape == (3, 2, 20, 20)
    assert pairs.flow[:, 0, 0, 0].tolist() == [0, 1, 2]
    marked = replace(pairs, targets=pairs.targets[:2] // 2, number=pairs.number[:2])
    again = prepare(cutter, marked)
    assert (again.targets[:2] == marked.targets).all()
    assert (again.targets[2] == pairs.targets[2]).all()


def test_a_crop_shows_in_its_window(rendered: Path) -> None:
    pairs = prepare(Cutter(Dataset(rendered), rendered / "bundle", Framing(64, 32, 16, 16)))
    change = np.abs(pairs.targets.astype(int) - pairs.templates[pairs.index]).max((1, 2, 3))
    assert (change > 50).all()
