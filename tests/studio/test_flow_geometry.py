from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from visavis.studio.flow import CELL, CELLS
from visavis.studio.flow_geometry import Skin, first_cell, flows
from visavis.studio.rig.geometry import Floats
from visavis.studio.rig.head import RESTING_EXPRESSION, Head
from visavis.studio.visemes import TRACKS

SIZE = 640
SIDE = 12  # vertices along a side of the sheet
STEP_DM = 0.1
LOW, HIGH = 6.0, 6.0 + (SIDE - 1) * STEP_DM
BOX = [220, 220, 420, 420]
STILL = {"template": 0, "weights": {}}


def sheet(z: float) -> Floats:
    """Vertices of an upright square sheet."""
    y, x = np.mgrid[:SIDE, :SIDE] * STEP_DM
    return np.stack((x - SIDE * STEP_DM / 2, y + LOW, np.full_like(x, z)), -1).reshape(-1, 3)


def triangles(first: int) -> Any:
    corner = [first + SIDE * y + x for y in range(SIDE - 1) for x in range(SIDE - 1)]
    return [t for c in corner for t in ((c, c + 1, c + SIDE), (c + 1, c + SIDE + 1, c + SIDE))]


@pytest.fixture(scope="module")
def skin() -> Skin:
    """Two sheets, one behind the other; one unit of the jaw lowers the front one, the other pushes
    its lower half behind the back one."""
    rest = np.concatenate((sheet(1.2), sheet(0.9)))
    still = np.zeros_like(rest)
    units: dict[str, Floats] = dict.fromkeys((*RESTING_EXPRESSION, *TRACKS), still)
    units["jawOpen"] = still.copy()
    units["jawOpen"][: SIDE**2, 1] = -0.2
    units["jawForward"] = still.copy()
    units["jawForward"][: SIDE**2 // 2, 2] = -0.8
    neck = np.array([0])
    both = np.array([*triangles(0), *triangles(SIDE**2)])
    return Skin(Head(rest, units, neck, neck), both, SIZE)


def told(skin: Skin, weights: Mapping[str, float]) -> tuple[Floats, Any]:
    template = {
        "rot_deg": [[0.0, 0.0, 0.0]],
        "weights": [{}],
        "res": SIZE,
        "border_x0y0x1y1_bottom_up": [BOX],
    }
    crops = [{"id": 5, **STILL}, {"id": 6, **STILL, "weights": weights}]
    flow = flows(skin, template, crops)
    assert flow.number.tolist() == [5, 6]
    assert not flow.flow[0].any()
    return flow.flow[1].astype(np.float64), flow.seen[1]


def cell(skin: Skin, x_dm: float, y_dm: float) -> tuple[int, int]:
    """Row and column of a place on the front sheet."""
    place = skin._camera.project(np.array([[x_dm, y_dm, 1.2]]))[0] * SIZE
    column, row = (place * (1, -1) + (0, SIZE)) // CELL - first_cell(BOX, SIZE)
    return int(row), int(column)


def test_skin_that_sinks_is_found_higher_up(skin: Skin) -> None:
    moved, seen = told(skin, {"jawOpen": 0.5})
    fallen = cell(skin, 0.0, 6.4)[0] - cell(skin, 0.0, 6.5)[0]
    row, column = cell(skin, 0.0, 6.5)
    assert seen[row, column]
    assert moved[1, row, column] == pytest.approx(-CELL * fallen, abs=CELL)
    assert abs(moved[0, row, column]) < 0.2


def test_what_was_hidden_at_rest_is_not_known(skin: Skin) -> None:
    _, seen = told(skin, {"jawForward": 1.0})
    assert seen[cell(skin, 0.0, HIGH - 0.15)]
    assert not seen[cell(skin, 0.0, LOW + 0.15)]


def test_the_square_lies_around_the_lower_face() -> None:
    assert (first_cell(BOX, SIZE) + CELLS // 2).tolist() == [160, 160]
