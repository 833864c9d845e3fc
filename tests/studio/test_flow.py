from pathlib import Path

import numpy as np
import pytest

from visavis.errors import StudioError
from visavis.studio.flow import CELLS, Flow


@pytest.fixture
def flow() -> Flow:
    """Two crops; every cell of the second tells where it is."""
    moved = np.zeros((2, 2, CELLS, CELLS), np.float16)
    moved[1, 1], moved[1, 0] = np.mgrid[:CELLS, :CELLS]
    first = np.array([[0, 0], [10, 20]])
    return Flow(np.array([3, 7]), first, moved, moved[:, 0] % 2 == 1)


def test_a_part_is_cut_at_its_place(flow: Flow) -> None:
    moved, seen = flow.around(7, (12, 23), 4)
    assert moved[0].tolist() == [[2, 3, 4, 5]] * 4
    assert moved[1, :, 0].tolist() == [3, 4, 5, 6]
    assert seen[0].tolist() == [False, True, False, True]


def test_it_survives_the_disk(flow: Flow, tmp_path: Path) -> None:
    flow.save(tmp_path)
    again = Flow.load(tmp_path)
    assert all((value == getattr(again, name)).all() for name, value in vars(flow).items())
    assert [path.name for path in tmp_path.iterdir()] == ["flow.npz"]


def test_what_is_not_known_is_said(flow: Flow, tmp_path: Path) -> None:
    with pytest.raises(StudioError, match="crop 4 is missing"):
        flow.around(4, (0, 0), 4)
    for corner in ((9, 20), (10, 19), (10 + CELLS - 3, 20)):
        with pytest.raises(StudioError, match="beyond what is known"):
            flow.around(7, corner, 4)
    with pytest.raises(StudioError, match="make it with flow_geometry"):
        Flow.load(tmp_path)
