"""Do parts of the face move that should not? Shifts of small patches against the template.

A patch's shift is found by least squares on its gradients (Lucas and Kanade, 1981), a change of
brightness or contrast allowed for.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from visavis.core.compositor import Frame, planes
from visavis.studio.reader import Place

Float64 = NDArray[np.float64]
Points = Sequence[tuple[int, int]]
HALF = 12  # pixels from a patch's middle to its edge
DAMPING = 1e-3


def shift(made: Float64, template: Float64) -> Float64:
    """How far [2] (x, y) in pixels the patch `made` [H, W] lies from `template`."""
    down, right = np.gradient(template)
    columns = np.stack(
        [-right, -down, template - template.mean(), np.ones_like(template)], -1
    ).reshape(-1, 4)
    normal = columns.T @ columns
    normal[np.diag_indices(4)] += DAMPING * len(columns)
    solution: Float64 = np.linalg.solve(normal, columns.T @ (made - template).ravel())
    return solution[:2]


def patch(frame: Frame, x: int, y: int) -> Float64:
    """The luma around a point of a frame."""
    luma = planes(frame)[0][y - HALF : y + HALF, x - HALF : x + HALF]
    return luma.astype(np.float64)


class JitterMeter:
    """Takes frames of one avatar in their order, then tells how restless its points were."""

    def __init__(self, static: Points, near: Points) -> None:
        """`static` points do not move in speech, those `near` the mouth move a little and
        smoothly; each x, y in the ROI, pixels."""
        self._points = [*static, *near]
        self._count = len(static)
        self._tracks: list[Float64] = []

    def add(self, shown: Frame, resting: Frame, place: Place) -> None:
        """Take a frame and its resting template."""
        self._tracks.append(
            np.array([_strayed(shown, resting, place.x + x, place.y + y) for x, y in self._points])
        )

    @property
    def strayed_px(self) -> float:
        """How far static points lie from where they belong, root mean square."""
        return _rms(self._all()[:, : self._count])

    @property
    def trembled_px(self) -> float:
        """How far any point lies from the middle between the frames before and after, as the
        deviation of a point that trembles about its place."""
        tracks = self._all()
        if len(tracks) < 3:
            return 0.0
        return _rms(tracks[1:-1] - (tracks[:-2] + tracks[2:]) / 2) * float(np.sqrt(2 / 3))

    def _all(self) -> Float64:
        """[frames, points, 2]"""
        return np.array(self._tracks).reshape(len(self._tracks), len(self._points), 2)


def _strayed(shown: Frame, resting: Frame, x: int, y: int) -> Float64:
    made, template = patch(shown, x, y), patch(resting, x, y)
    return np.zeros(2) if (made == template).all() else shift(made, template)


def _rms(tracks: Float64) -> float:
    """Of the lengths of vectors [..., 2]; 0 for none."""
    return float(np.sqrt(np.square(tracks).sum(-1).mean())) if tracks.size else 0.0
