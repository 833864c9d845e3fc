"""What the SyncTalk_2D family's encoder sees of a stretch of speech."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from visavis.core.mel import MelSpec
from visavis.core.window import WindowSpec
from visavis.studio.lessons import another
from visavis.studio.stretches import Stretch, in_levels

MEL, SPEC = MelSpec(), WindowSpec()  # the family's
MIDDLE = 2  # frames from a window's index to the frame in its middle
OWN = SPEC.left - SPEC.shift - MIDDLE  # of a frame's rows the one whose middle it is


@dataclass(frozen=True)
class Heard:
    """Windows [N, 1, bands, length], and of the frame in the middle of each the articulation
    [N, 19], the contact [N, 2] and the viseme [N]."""

    windows: Tensor
    articulation: Tensor
    contact: Tensor
    viseme: Tensor


def drawn(
    stretches: Sequence[Stretch], pieces: int, run: int, random: np.random.Generator
) -> Heard:
    """Runs of `run` windows of random places, each in another room."""
    beats = np.array([stretch.beats for stretch in stretches], float)
    parts = []
    for pick in random.choice(len(stretches), pieces, p=beats / beats.sum()):
        stretch = stretches[pick]
        first = int(random.integers(0, len(stretch.labels) - run - 2 * MIDDLE - 1))
        starts = np.array([SPEC.mel_start(first + index, MEL.rate) for index in range(run)])
        mel = another(in_levels(stretch.mel[starts[0] : starts[-1] + SPEC.length]), random)
        windows = mel[(starts - starts[0])[:, None] + np.arange(SPEC.length)].transpose(0, 2, 1)
        middle = slice(first + MIDDLE, first + MIDDLE + run)
        truth = stretch.labels
        parts.append(
            (
                windows[:, None],
                truth.articulation[middle],
                truth.contact[middle],
                truth.viseme[middle],
            )
        )
    return Heard(*(torch.from_numpy(np.concatenate(part)) for part in zip(*parts, strict=True)))
