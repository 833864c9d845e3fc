"""Which places of the lower face speech leaves alone, as the renders show it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from visavis.core.compositor import Frame
from visavis.studio.framing import Framing
from visavis.studio.jitter import HALF, patch, shift
from visavis.studio.reader import Place

Sight = tuple[Frame, Frame, Place]  # a render, its template at rest, and the ROI in both
GRID = 8  # pixels between candidates
POINTS, APART = 6, 28  # kept of each kind, and pixels between them
TEXTURE = 1.0  # least mean squared gradient in levels, in the worst direction
STATIC_PX, NEAR_PX = 0.25, 1.0  # motion in the renders up to which a place is static, or nearly
SIGHTED = 0.9  # share of the renders in which there must be something to see


@dataclass(frozen=True)
class Quiet:
    """Places as x, y in the ROI, and how far the static ones move in the renders, pixels."""

    static: NDArray[np.int64]  # [points, 2]
    near: NDArray[np.int64]  # [points, 2]
    static_px: float


def quiet_points(framing: Framing, sights: Sequence[Sight]) -> Quiet:
    """The stillest textured places in and around the window."""
    found = sorted(_candidates(framing, sights))
    static = _apart([c for c in found if c[0] <= STATIC_PX])
    near = _apart([c for c in found if STATIC_PX < c[0] <= NEAR_PX])
    rms = float(np.sqrt(np.mean([move**2 for move, _, _ in static]))) if static else 0.0
    return Quiet(_places(static), _places(near), rms)


def moved(sight: Sight, x: int, y: int) -> float | None:
    """How far a place lies from where the template has it, px; None where nothing can be seen."""
    render, resting, place = sight
    template = patch(resting, place.x + x, place.y + y)
    down, right = np.gradient(template)
    across = (right * down).mean()
    texture = np.array([[(right**2).mean(), across], [across, (down**2).mean()]])
    if np.linalg.eigvalsh(texture)[0] < TEXTURE:
        return None
    return float(np.hypot(*shift(patch(render, place.x + x, place.y + y), template)))


def _candidates(framing: Framing, sights: Sequence[Sight]) -> Iterator[tuple[float, int, int]]:
    for y in range(max(HALF, framing.top), framing.roi - max(HALF, framing.bottom) + 1, GRID):
        for x in range(max(HALF, framing.left), framing.roi - max(HALF, framing.right) + 1, GRID):
            moves = [m for sight in sights if (m := moved(sight, x, y)) is not None]
            if len(moves) >= SIGHTED * len(sights):
                yield float(np.sqrt(np.mean(np.square(moves)))), x, y


def _apart(candidates: list[tuple[float, int, int]]) -> list[tuple[float, int, int]]:
    chosen: list[tuple[float, int, int]] = []
    for candidate in candidates:
        _, x, y = candidate
        if all(max(abs(x - a), abs(y - b)) >= APART for _, a, b in chosen):
            chosen.append(candidate)
    return chosen[:POINTS]


def _places(chosen: list[tuple[float, int, int]]) -> NDArray[np.int64]:
    return np.array([[x, y] for _, x, y in chosen], np.int64).reshape(-1, 2)
