"""What the SyncTalk_2D family's encoder sees of a stretch of speech."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from visavis.core.timeline import FPS
from visavis.core.window import WindowSpec
from visavis.studio import tensor_mel
from visavis.studio.stretches import FAMILY, Stretch, in_levels
from visavis.studio.tensor_mel import Ear

SPEC = WindowSpec()  # the family's
MIDDLE = 2  # frames from a window's index to the frame in its middle
OWN = SPEC.left - SPEC.shift - MIDDLE  # of a frame's rows the one whose middle it is
EAR = Ear(throat=0.5, floor=0.2, bands=1, moments=1)


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
    """Runs of `run` windows of random places, each as another throat and microphone."""
    beats = np.array([stretch.beats for stretch in stretches], float)
    longest = SPEC.length + math.ceil((run - 1) * FAMILY.rate / FPS)
    mels, places, truths = [], [], []
    for pick in random.choice(len(stretches), pieces, p=beats / beats.sum()):
        stretch = stretches[pick]
        first = int(random.integers(0, len(stretch.labels) - run - 2 * MIDDLE - 1))
        starts = np.array([SPEC.mel_start(first + index, FAMILY.rate) for index in range(run)])
        mels.append(in_levels(stretch.mel[starts[0] : starts[0] + longest]))
        places.append((starts - starts[0])[:, None] + np.arange(SPEC.length))
        middle, truth = slice(first + MIDDLE, first + MIDDLE + run), stretch.labels
        truths.append((truth.articulation[middle], truth.contact[middle], truth.viseme[middle]))
    heard = tensor_mel.another(torch.from_numpy(np.stack(mels)), EAR)
    windows = heard[torch.arange(pieces)[:, None, None], torch.from_numpy(np.stack(places))]
    return Heard(
        windows.flatten(0, 1).transpose(1, 2)[:, None],
        *(torch.from_numpy(np.concatenate(part)) for part in zip(*truths, strict=True)),
    )
