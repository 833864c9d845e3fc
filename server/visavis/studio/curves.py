"""Two curves of a mouth, the true one and the one that was made: do they agree?"""

import numpy as np
from numpy.typing import NDArray

Float32 = NDArray[np.float32]
Bools = NDArray[np.bool_]
REACH = 4  # frames


def correlation(made: Float32, true: Float32, lag: int = 0) -> float:
    """Pearson's r of two curves of one length, the made one taken `lag` frames later."""
    a = made[max(0, lag) : len(made) + min(0, lag)]
    b = true[max(0, -lag) : len(true) + min(0, -lag)]
    if a.std() < 1e-9 or b.std() < 1e-9:
        return 0.0
    return float(np.corrcoef(a, b)[0, 1])


def best_lag(made: Float32, true: Float32) -> tuple[int, float]:
    """The lag in frames at which two curves agree best (positive: the made one is late), and the
    same between frames, where a parabola through the neighbours has its top."""
    at = [correlation(made, true, lag) for lag in range(-REACH, REACH + 1)]
    best = int(np.argmax(at))
    if not 0 < best < len(at) - 1:
        return best - REACH, float(best - REACH)
    before, top, after = at[best - 1 : best + 2]
    bend = before - 2 * top + after
    return best - REACH, best - REACH + (0.5 * (before - after) / bend if bend < 0 else 0.0)


def agreement(made: Float32, true: Float32) -> tuple[float, int]:
    """Correlation as it is, and the lag at which it would be best."""
    return correlation(made, true), best_lag(made, true)[0]


def shut_share(opening: Float32, chosen: Bools, shut_px: float) -> float | None:
    """In how many of the chosen frames the lips are shut; None if none is chosen."""
    return float((opening[chosen] <= shut_px).mean()) if chosen.any() else None


def motion(opening: Float32) -> float:
    """How much a mouth moves: root mean square of its opening, pixels."""
    return float(np.sqrt(np.mean(np.square(opening, dtype=np.float64))))
