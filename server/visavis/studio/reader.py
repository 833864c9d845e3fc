"""How far a mouth is open and how wide it is, read off the pixels: the same for renders and for
generated frames.

What is looked at is the difference to the same template frame at rest, in cells of a few pixels.
Kernel ridge regression on rendered faces, whose mesh tells the truth, turns it into two numbers.
Needs numpy alone.
"""

from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from visavis.core.colour import planes_to_rgb
from visavis.core.compositor import Frame, planes
from visavis.errors import StudioError

Float32 = NDArray[np.float32]

ROWS, COLUMNS = (0.30, 0.90), (0.17, 0.83)  # of the ROI: from below the nose to the chin
CELLS = 56  # that one side of the ROI is divided into
COMPONENTS = 64
GAMMA, RIDGE = 0.2, 1e-3
REST_SHARE = 50  # one resting example for so many others


@dataclass(frozen=True)
class Place:
    """The ROI in a frame: its corner and its side, pixels, even."""

    x: int
    y: int
    side: int


def patch(frame: Frame, place: Place) -> Float32:
    """The mouth of a yuv420p frame in coarse cells, RGB in [0, 1], as one vector."""
    cell = max(2, place.side // CELLS)
    top, bottom = (place.y + 2 * round(share * place.side / 2) for share in ROWS)
    left, right = (place.x + 2 * round(share * place.side / 2) for share in COLUMNS)
    bottom -= (bottom - top) % (2 * cell)
    right -= (right - left) % (2 * cell)
    luma, u, v = planes(frame)
    half = (slice(top // 2, bottom // 2), slice(left // 2, right // 2))
    rgb = planes_to_rgb((luma[top:bottom, left:right], u[half], v[half]))
    rows, columns = (bottom - top) // cell, (right - left) // cell
    cells: Float32 = rgb.reshape(3, rows, cell, columns, cell).mean((2, 4)).ravel()
    return cells


@dataclass(frozen=True)
class Reader:
    """A reader of one person's mouth."""

    basis: Float32  # [components, cells]
    support: Float32  # [examples, components]
    weights: Float32  # [examples, 2]
    mean: Float32  # [2]

    @classmethod
    def fit(cls, differences: Float32, truth: Float32) -> "Reader":
        """Learn from differences [examples, cells] and openings and width changes [examples, 2];
        no difference is no opening."""
        rest = max(1, len(differences) // REST_SHARE)
        differences = np.pad(differences, ((0, rest), (0, 0)))
        truth = np.pad(truth, ((0, rest), (0, 0)))
        _, scale, directions = np.linalg.svd(differences, full_matrices=False)
        unit = max(float(scale[0]) / np.sqrt(len(differences)), 1e-9)
        basis = (directions[:COMPONENTS] / unit).astype(np.float16).astype(np.float32)
        support = (differences @ basis.T).astype(np.float32)
        mean = truth.mean(0)
        kernel = _kernel(support, support) + RIDGE * np.eye(len(support))
        weights = np.linalg.solve(kernel, truth - mean)
        return cls(basis, support, weights.astype(np.float32), mean.astype(np.float32))

    def read(self, differences: Float32) -> Float32:
        """Differences [n, cells] → opening and change of width [n, 2] in pixels."""
        result: Float32 = _kernel(differences @ self.basis.T, self.support) @ self.weights
        return result + self.mean

    def save(self, path: Path) -> None:
        """Write as npz."""
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_name(f"part-{path.name}")
        arrays = {**vars(self), "basis": self.basis.astype(np.float16)}
        np.savez_compressed(beside, allow_pickle=False, **arrays)
        beside.replace(path)

    @classmethod
    def load(cls, path: Path) -> "Reader":
        """Read what `save` wrote. Raises `StudioError` if it is not there."""
        try:
            with np.load(path, allow_pickle=False) as arrays:
                stored = {part.name: arrays[part.name].astype(np.float32) for part in fields(cls)}
        except OSError as error:
            raise StudioError(f"There is no reader of mouths at {path}: build it first.") from error
        return cls(**stored)


def _kernel(a: Float32, b: Float32) -> Float32:
    """Gaussian kernel between the rows of two tables."""
    squared = (a**2).sum(1)[:, None] + (b**2).sum(1)[None] - 2 * a @ b.T
    result: Float32 = np.exp(-GAMMA * np.maximum(squared, 0))
    return result
