"""Where the skin of each crop lies in its template frame, from the mesh:
`python -m visavis.studio.flow_geometry DATA`.

Runs where the renderer runs, for the mesh lies there; writes `flow.npz` into the data set.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from visavis.errors import StudioError
from visavis.studio.flow import CELL, CELLS, Flow
from visavis.studio.progress import tracked
from visavis.studio.rig.camera import Camera
from visavis.studio.rig.cover import REST
from visavis.studio.rig.geometry import Floats, Indices, unit
from visavis.studio.rig.head import Head, load_head
from visavis.studio.rig.meshdata import BODY_VERTICES, MeshData
from visavis.studio.rig.takes import combined

_FINE = 9  # points along a triangle's side at which it is looked at
_THICK_DM = 0.04  # skin deeper than this under what is nearest is hidden
_SEEN_SHARE = 0.8  # of the points that show in a cell, those that also show at rest


@dataclass(frozen=True)
class Surface:
    """Points on the skin as the camera sees them: places in pixels [N, 2], y from the top, and
    distances [N] in dm."""

    place: Floats
    distance: Floats

    def cells(self, first: NDArray[np.int64]) -> Indices:
        """The cell [N] of each point in a square from cell `first` (x, y) on; -1 outside."""
        column, row = (np.floor(self.place / CELL).astype(np.int64) - first).T
        inside = (column >= 0) & (column < CELLS) & (row >= 0) & (row < CELLS)
        return np.where(inside, row * CELLS + column, -1)

    def shows(self, cells: Indices) -> NDArray[np.bool_]:
        """Which points [N] nothing hides, those outside the square left out."""
        inside = cells >= 0
        nearest = np.full(CELLS * CELLS, np.inf)
        np.minimum.at(nearest, cells[inside], self.distance[inside])
        around = np.pad(nearest.reshape(CELLS, CELLS), 1, constant_values=np.inf)
        for axis in (0, 1):  # not every cell holds a point of what is in front
            around = sliding_window_view(around, 3, axis).min(-1)
        limit = np.append(around.ravel() + _THICK_DM, -np.inf)
        visible: NDArray[np.bool_] = self.distance < limit[cells]
        return visible


class Skin:
    """The skin of one head, looked at through the camera of the renders."""

    def __init__(self, head: Head, triangles: Indices, size: int) -> None:
        """`triangles` [M, 3] of the skin's vertices; `size` of the picture in pixels."""
        in_front = head.rest[triangles, 2].mean(1) > 0
        self._head, self._triangles, self._size = head, triangles[in_front], size
        self._camera = Camera()
        steps = [(i, j) for i in range(_FINE) for j in range(_FINE - i)]
        first, second = np.array(steps).T / (_FINE - 1)
        self._corners = np.stack((first, second, 1 - first - second), 1)

    def surface(self, rotation_deg: Any, weights: Mapping[str, float]) -> Surface:
        """Points all over the skin, the same ones for every face."""
        vertices = self._head.turned(self._head.expressed(weights), rotation_deg)
        place = self._camera.project(vertices) * self._size
        place[:, 1] = self._size - place[:, 1]
        forward = unit(np.subtract(self._camera.target, self._camera.position))
        distance = (vertices - np.array(self._camera.position)) @ forward
        spread = np.einsum("pc,tcd->tpd", self._corners, place[self._triangles]).reshape(-1, 2)
        return Surface(spread, (distance[self._triangles] @ self._corners.T).ravel())

    def flow(
        self, resting: Surface, said: Surface, first: NDArray[np.int64]
    ) -> tuple[Floats, NDArray[np.bool_]]:
        """How far each cell's skin lies from where it lies at rest [2, CELLS, CELLS], pixels right
        and down, and whether it shows at both times [CELLS, CELLS]."""
        cells = said.cells(first)
        shown = said.shows(cells)
        both = shown & resting.shows(resting.cells(first))
        away = resting.place - said.place
        count = _sums(cells[shown], np.ones(int(shown.sum())))
        known = _sums(cells[both], np.ones(int(both.sum())))
        total = np.stack([_sums(cells[both], away[both, axis]) for axis in (0, 1)])
        seen = known > _SEEN_SHARE * np.maximum(count, 0.5)
        return np.where(seen, total / np.maximum(known, 1e-6), 0.0), seen


def _sums(cells: Indices, values: Floats) -> Floats:
    """Values gathered by cell [CELLS, CELLS], spread a little, for not every cell holds a point."""
    sums = np.bincount(cells, values, CELLS * CELLS).reshape(CELLS, CELLS).astype(np.float64)
    for axis in (0, 1):
        sums = np.roll(sums, 1, axis) + 2 * sums + np.roll(sums, -1, axis)
    return sums


def first_cell(box: list[int], size: int) -> NDArray[np.int64]:
    """Where the square around a lower face begins: cells (x, y) from the picture's top left."""
    x0, y0, x1, y1 = box
    middle = np.array([x0 + x1, 2 * size - y0 - y1]) // (2 * CELL)
    return middle - CELLS // 2


def flows(skin: Skin, template: Mapping[str, Any], crops: list[dict[str, Any]]) -> Flow:
    """The flow of every crop; `template` and `crops` are what the data set's indexes say."""
    rotations, own, size = template["rot_deg"], template["weights"], int(template["res"])
    boxes = template["border_x0y0x1y1_bottom_up"]
    made, frame = [], -1
    for crop in tracked(sorted(crops, key=itemgetter("template")), "flow"):
        if crop["template"] != frame:
            frame = crop["template"]
            resting = skin.surface(rotations[frame], combined(own[frame], REST))
        first = first_cell(boxes[frame], size)
        said = skin.surface(rotations[frame], crop["weights"])
        moved, seen = skin.flow(resting, said, first)
        made.append((crop["id"], first, moved.astype(np.float16), seen))
    return Flow(*(np.array(column) for column in zip(*made, strict=True)))


def main(data: Annotated[Path, typer.Argument(help="rendered data set of a person")]) -> None:
    """Tell from the mesh where speech moves the skin in every crop."""
    from visavis.studio.rig.character import CHARACTERS
    from visavis.studio.rig.meshdata import locate_data

    try:
        template, crops = (
            json.loads((data / f"{name}.json").read_text("utf-8")) for name in ("template", "crops")
        )
    except OSError as error:
        raise StudioError(f"{data} holds no renders: make them first.") from error
    mesh = MeshData(locate_data())
    skin = mesh.base.triangles("body")
    skin = skin[(skin < BODY_VERTICES).all(1)]
    head = load_head(mesh, CHARACTERS[template["person"]].identity)
    flows(Skin(head, skin, int(template["res"])), template, crops).save(data)


if __name__ == "__main__":
    typer.run(main)
