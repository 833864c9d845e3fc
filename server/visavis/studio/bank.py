"""All that a corpus says, as one long row on a device, to cut pieces from.

A piece is cut anew in every step, and what a microphone makes of it (`air`) is drawn anew as well:
no listener hears the same twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from visavis.core.timeline import FRAME_SAMPLES
from visavis.studio.corpus import Spoken
from visavis.studio.hearing import NEIGHBOURS
from visavis.studio.stretches import BEAT, varied

PIECE = 112  # video frames whose windows are heard
BEFORE, AFTER = 4, 6  # further frames of sound, for windows that begin earlier and end later
MARGIN = 10  # frames at both ends of the row where no piece begins
SCALED = 0.75  # of all copies of a clip but the first
FULL = 32767.0


@dataclass(frozen=True)
class Said:
    """Sound and the truth of its frames, at first in one row, then in pieces [B, ...]: `pcm`
    [(BEFORE + PIECE + AFTER) · 640], `articulation` [PIECE, 19], `contact` [PIECE, 2], `sound`
    [PIECE, NEIGHBOURS] and `speech` [PIECE]."""

    pcm: Tensor
    articulation: Tensor
    contact: Tensor
    sound: Tensor
    speech: Tensor


class Bank:
    """Clips as they are and, `copies` - 1 times, mostly as other sizes of speakers say them."""

    def __init__(
        self, clips: Sequence[Spoken], device: torch.device, copies: int = 3, seed: int = 0
    ) -> None:
        random, parts = np.random.default_rng(seed), []
        for copy in range(copies):
            for pick in random.permutation(len(clips)):
                clip = varied(clips[pick], random, SCALED if copy else 0.0)
                truth = clip.labels()
                row = (
                    np.rint(np.clip(clip.pcm, -1, 1) * FULL).astype(np.int16),
                    truth.articulation.astype(np.float16),
                    truth.contact.astype(np.float16),
                    truth.sound.astype(np.uint8),
                    truth.speech.astype(np.uint8),
                )
                parts.append([torch.from_numpy(part) for part in row])
        self.row = Said(*(torch.cat(column).to(device) for column in zip(*parts, strict=True)))
        self.device = device

    @property
    def frames(self) -> int:
        """Video frames of all copies together."""
        return len(self.row.speech)

    def draw(self, size: int) -> Said:
        """`size` pieces of random places."""
        beats = (self.frames - PIECE - 2 * MARGIN) // BEAT
        first = torch.randint(0, beats, (size, 1), device=self.device) * BEAT + MARGIN
        samples = torch.arange((BEFORE + PIECE + AFTER) * FRAME_SAMPLES, device=self.device)
        frames = torch.arange(PIECE, device=self.device)
        near = torch.arange(NEIGHBOURS, device=self.device) - NEIGHBOURS // 2
        at = first + frames
        return Said(
            self.row.pcm[(first - BEFORE) * FRAME_SAMPLES + samples].float() / FULL,
            self.row.articulation[at].float(),
            self.row.contact[at].float(),
            self.row.sound[at[..., None] + near].long(),
            self.row.speech[at].float(),
        )
