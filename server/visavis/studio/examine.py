"""Examine a listener on clips that it never heard: mouth opening, width, closures."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from visavis.core.window import WindowSpec
from visavis.studio.articulation import CONTACTS
from visavis.studio.augment import at_snr
from visavis.studio.corpus import WINDOWS, Spoken
from visavis.studio.curves import agreement
from visavis.studio.gape import SHUT_PX, opening_px, width_px
from visavis.studio.labels import Labels, joined
from visavis.studio.listener import Listener, predict
from visavis.studio.rooms import office

Float32 = NDArray[np.float32]
CLOSURE = CONTACTS.index("PP")
OPEN_PX = 4.0


@dataclass(frozen=True)
class Marks:
    """`opening_r` and `width_r`: correlations; `lag_frames`: shift at which the opening would agree
    best; `closure_recall`: share of the frames of shut lips that are shut; `false_closure`: share
    of the open ones that are shut; `speech`: share of frames in which speech is told rightly."""

    opening_r: float
    width_r: float
    lag_frames: int
    closure_recall: float
    false_closure: float
    speech: float

    def __str__(self) -> str:
        return (
            f"opening {self.opening_r:.3f}@{self.lag_frames:+d} width {self.width_r:.3f} "
            f"closed {self.closure_recall:.3f} falsely {self.false_closure:.3f} "
            f"speech {self.speech:.3f}"
        )


def marks(made: Float32, speech: Float32, truth: Labels) -> Marks:
    """Compare articulation [frames, 19] and speech [frames] with the truth."""
    gap, true_gap = opening_px(made), opening_px(truth.articulation)
    r, lag = agreement(gap, true_gap)
    shut = truth.contact[:, CLOSURE] > 0.999
    return Marks(
        r,
        agreement(width_px(made), width_px(truth.articulation))[0],
        lag,
        float((gap[shut] < SHUT_PX).mean()),
        float((gap[true_gap > OPEN_PX] < SHUT_PX).mean()),
        float(((speech > 0.5) == (truth.speech > 0.5)).mean()),
    )


def noisy(clip: Spoken, snr_db: float) -> Float32:
    """The clip in an office, the same every time."""
    random = np.random.default_rng((len(clip.pcm), round(snr_db)))
    return np.clip(at_snr(clip.pcm, office(len(clip.pcm), random), snr_db), -1, 1)


def examine(
    listener: Listener,
    clips: Sequence[Spoken],
    snr_db: float | None = None,
    spec: WindowSpec = WINDOWS,
) -> Marks:
    """Marks over all clips joined."""
    heard = [clip.pcm if snr_db is None else noisy(clip, snr_db) for clip in clips]
    made = [predict(listener, pcm, spec) for pcm in heard]
    return marks(
        np.concatenate([articulation for articulation, _ in made]),
        np.concatenate([speech for _, speech in made]),
        joined([clip.labels() for clip in clips]),
    )
