"""Where the skin of each crop lies in its template frame: what `flow_geometry` tells of a data set.

Around each lower face lies a square of cells, each of them a few pixels of the picture wide.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from visavis.errors import StudioError

FILE = "flow.npz"
CELL = 2  # pixels
CELLS = 144  # along a side of the square


@dataclass(frozen=True)
class Flow:
    """All arrays of `flow.npz`."""

    number: NDArray[np.int64]  # [crops], which crop of the data set
    first: NDArray[np.int64]  # [crops, 2], where its square begins: cells from the left and the top
    flow: NDArray[np.float16]  # [crops, 2, CELLS, CELLS], how far right and down to go, pixels
    seen: NDArray[np.bool_]  # [crops, CELLS, CELLS], whether the skin also shows at rest

    def save(self, folder: Path) -> None:
        """Write `flow.npz` beside its name and rename."""
        beside = folder / f"part-{FILE}"
        np.savez_compressed(beside, **vars(self))
        beside.replace(folder / FILE)

    @classmethod
    def load(cls, folder: Path) -> "Flow":
        """Read a data set's. Raises `StudioError` if it is not there."""
        try:
            with np.load(folder / FILE, allow_pickle=False) as arrays:
                return cls(**arrays)
        except OSError as error:
            raise StudioError(f"{folder} has no {FILE}: make it with flow_geometry.") from error

    def around(
        self, number: int, corner: tuple[int, int], cells: int
    ) -> tuple[NDArray[np.float16], NDArray[np.bool_]]:
        """Flow [2, cells, cells] and where it is seen, of the part of a crop's picture whose top
        left cell is `corner` (x, y).

        Raises `StudioError` if the crop is not known, or this part of it.
        """
        found = np.flatnonzero(self.number == number)
        if not len(found):
            raise StudioError(f"The flow of crop {number} is missing: run flow_geometry again.")
        x, y = (np.array(corner) - self.first[found[0]]).tolist()
        if min(x, y) < 0 or max(x, y) + cells > CELLS:
            raise StudioError(f"Crop {number} reaches beyond what is known of its flow.")
        part = np.s_[y : y + cells, x : x + cells]
        return self.flow[found[0]][:, *part], self.seen[found[0]][part]
