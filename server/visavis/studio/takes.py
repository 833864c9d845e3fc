"""Sentences as they were heard and seen, and what they say about the lips."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from visavis.studio.curves import best_lag, correlation, shut_share
from visavis.studio.heldout import Sentence

Float32 = NDArray[np.float32]
Figures = dict[str, float | int | str | None]
CLEARLY_OPEN = 3.0  # times the opening up to which lips count as shut


@dataclass(frozen=True)
class Take:
    """One sentence: openings and changes of width in pixels."""

    sentence: Sentence
    made: Float32  # [frames, 2]
    true: Float32  # [frames, 2]


def joined(takes: Sequence[Take]) -> tuple[Float32, Float32]:
    """All frames [n, 2] made and true, one sentence after the other."""
    made = np.concatenate([take.made for take in takes])
    return made, np.concatenate([take.true for take in takes])


def agreement(takes: Sequence[Take], column: int) -> float:
    """Correlation over all frames of openings (column 0) or changes of width (1)."""
    made, true = joined(takes)
    return correlation(made[:, column], true[:, column])


def lips(
    seen: Sequence[Take],
    unseen: Sequence[Take],
    noisy: Mapping[int, Sequence[Take]],
    shut_px: float,
) -> Figures:
    """How right the lips are: known voices, unknown ones, and these in noise by its level in dB.

    `shut_px` is the opening up to which lips count as shut.
    """
    clean = [*seen, *unseen]
    made, true = (curve[:, 0] for curve in joined(clean))
    unseen_made, unseen_true = (curve[:, 0] for curve in joined(unseen))
    closed = np.concatenate([take.sentence.closed() for take in clean])
    lag, exact = best_lag(made, true)
    return {
        "opening_r_seen": agreement(seen, 0),
        "opening_r_unseen": agreement(unseen, 0),
        **{f"opening_r_noise{db}": agreement(takes, 0) for db, takes in noisy.items()},
        "width_r_seen": agreement(seen, 1),
        "width_r_unseen": agreement(unseen, 1),
        "lag_frames": lag,
        "lag_frames_exact": exact,
        "opening_error_px": float(np.abs(unseen_made - unseen_true).mean()),
        "opening_gain": float(np.polyfit(true, made, 1)[0]),
        "closure_recall": shut_share(made, closed, shut_px),
        "closure_recall_unseen": shut_share(
            unseen_made, np.concatenate([take.sentence.closed() for take in unseen]), shut_px
        ),
        "closure_frames": int(closed.sum()),
        "closure_false_rate": shut_share(made, true > CLEARLY_OPEN * shut_px, shut_px),
        "shut_px": shut_px,
    }
