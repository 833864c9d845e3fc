"""Speech → articulation: what a listener learns, by which loss, and how far it got."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as fn

from visavis.core.window import WindowSpec
from visavis.studio import checkpoint
from visavis.studio.corpus import WINDOWS, Spoken
from visavis.studio.examine import CLOSURE, Marks, examine
from visavis.studio.gape import OPENING, OPENING_SPREAD_PX, PART_PX, WIDTH, WIDTH_SPREAD_PX
from visavis.studio.listener import Heard, Listener
from visavis.studio.precision import fast
from visavis.studio.sounds import SOUNDS
from visavis.studio.voices.catalogue import VOICES

SCALE_FLOOR = 0.05  # rare channels are not blown up beyond this spread
CLOSURE_WEIGHT = 2.0  # frames of shut lips count this much more
TOUCH_WEIGHT = 4.0  # a contact that is missed costs this much more than one that is made up
MOTION_WEIGHT = 0.5
PIXEL_WEIGHT = 2.0
LOOSE_WEIGHT = 0.5  # else a mouth that misses a contact gapes: nothing taught it what is there
CONTACT_WEIGHT = 0.6
SOUND_WEIGHT = 0.4  # what is said must be told apart before it can be shown
SPEECH_WEIGHT = 0.05
WARM_UP = 200  # steps
CPU = torch.device("cpu")


@dataclass(frozen=True)
class Batch:
    """`mel` [B, 80, span] and the truth of the last N frames: articulation [B, N, 19], contact
    [B, N, 2], sounds [B, N, NEIGHBOURS], speech [B, N]."""

    mel: Tensor
    articulation: Tensor
    contact: Tensor
    sound: Tensor
    speech: Tensor


@dataclass(frozen=True)
class Schooling:
    """How long and how fast: pieces per step, the peak of the learning rate, and the seed."""

    steps: int
    size: int
    rate: float
    log_every: int
    seed: int

    def rate_at(self, step: int) -> float:
        """Linear rise, then half a cosine down to a hundredth."""
        falling = 0.505 + 0.495 * float(np.cos(np.pi * min(1.0, step / max(1, self.steps))))
        return self.rate * min(1.0, (step + 1) / WARM_UP) * falling


class Lesson:
    """The loss, with the weights of the channels."""

    def __init__(self, articulation: Tensor) -> None:
        """`articulation` [frames, 19] tells how far each channel moves in speech."""
        weights = 1 / articulation.float().std(0, correction=0).clamp(min=SCALE_FLOOR)
        self._weights = weights / weights.mean()
        device = articulation.device
        self._opening = torch.from_numpy(OPENING / np.float32(OPENING_SPREAD_PX)).to(device)
        self._width = torch.from_numpy(WIDTH / np.float32(WIDTH_SPREAD_PX)).to(device)

    def loss(self, heard: Heard, batch: Batch) -> Tensor:
        """The mouth as it is held and as it would be without; contacts, sounds and speech as
        classes."""
        contact = fn.binary_cross_entropy_with_logits(
            heard.contact, batch.contact, weight=1 + TOUCH_WEIGHT * batch.contact
        )
        guesses = heard.sounds.reshape(-1, len(SOUNDS))
        sounds = fn.cross_entropy(guesses, batch.sound.flatten(), label_smoothing=0.05)
        speech = fn.binary_cross_entropy_with_logits(heard.speech, batch.speech)
        return (
            self.mouth(heard.articulation, batch.articulation, batch.contact)
            + LOOSE_WEIGHT * self.mouth(heard.loose, batch.articulation, batch.contact)
            + CONTACT_WEIGHT * contact
            + SOUND_WEIGHT * sounds
            + SPEECH_WEIGHT * speech
        )

    def mouth(self, made: Tensor, true: Tensor, contact: Tensor) -> Tensor:
        """Channels and their motion by smooth L1; opening and width by square, which unlike L1
        does not favour a mouth half shut."""
        shut = contact[..., CLOSURE : CLOSURE + 1]
        wrong = made - true
        level = _smooth(wrong) * self._weights * (1 + CLOSURE_WEIGHT * shut)
        motion = wrong.diff(dim=1).abs() * self._weights
        pixels = self.gape(made, true) + (wrong @ self._width).square()
        return level.mean() + MOTION_WEIGHT * motion.mean() + PIXEL_WEIGHT * pixels.mean() / 2

    def gape(self, made: Tensor, true: Tensor) -> Tensor:
        """Squared error of the opening [B, N]: where the true lips lie on one another it matters
        only whether the made ones do."""
        part = PART_PX / OPENING_SPREAD_PX
        wanted, given = true @ self._opening - part, made @ self._opening - part
        shut = fn.relu(given).square()
        return torch.where(wanted > 0, (given - wanted).square(), shut)


def _smooth(error: Tensor) -> Tensor:
    return fn.smooth_l1_loss(error, torch.zeros_like(error), reduction="none", beta=0.05)


@dataclass
class Pupil:
    """A listener in training; `save` and `resume` keep everything but the random numbers."""

    listener: Listener
    average: checkpoint.Average
    optimizer: torch.optim.Optimizer
    seeds: list[int]
    step: int = 0
    seconds: float = 0.0

    @classmethod
    def fresh(cls, rate: float, seed: int, device: torch.device = CPU) -> "Pupil":
        listener = Listener().to(device)
        optimizer = torch.optim.AdamW(listener.parameters(), rate, weight_decay=0.01, fused=True)
        return cls(listener, checkpoint.Average(listener, 0.999), optimizer, [seed])

    def resume(self, path: Path) -> None:
        state = checkpoint.load(path)
        self.listener.load_state_dict(state["listener"])
        self.average.network.load_state_dict(state["average"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.seeds, self.step, self.seconds = state["seeds"], state["step"], state["seconds"]

    def begin_with(self, path: Path) -> None:
        """Take over the finished weights of another listener."""
        state = checkpoint.load(path)
        for network in (self.listener, self.average.network):
            network.load_state_dict(state["average"])
        self.seeds = [*state["seeds"], *self.seeds]

    def save(self, path: Path) -> None:
        parts = {
            "listener": self.listener.state_dict(),
            "average": self.average.network.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "seeds": self.seeds,
            "step": self.step,
            "seconds": self.seconds,
        }
        checkpoint.save(path, parts)

    def learn(self, batch: Batch, lesson: Lesson, rate: float) -> float:
        """One step; the loss."""
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        with fast(batch.mel.device.type):
            heard = self.listener.hear(batch.mel)
        loss = lesson.loss(heard, batch)
        self.optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(self.listener.parameters(), 1.0)
        self.optimizer.step()
        self.average.update(self.listener, self.step)
        self.step += 1
        return float(loss.item())


def report(
    listener: Listener, held_out: Sequence[Spoken], spec: WindowSpec = WINDOWS
) -> dict[str, Marks]:
    """Marks on unseen sentences: voices of the corpus, other voices, those in noise."""
    seen = [clip for clip in held_out if clip.voice in VOICES]
    unseen = [clip for clip in held_out if clip.voice not in VOICES]
    found = {"seen": examine(listener, seen, spec=spec)} if seen else {}
    for voice in sorted({clip.voice for clip in unseen}):
        own = [clip for clip in unseen if clip.voice == voice]
        found[voice] = examine(listener, own, spec=spec)
    if unseen:
        found["unseen"] = examine(listener, unseen, spec=spec)
        found["unseen 10 dB"] = examine(listener, unseen, 10.0, spec)
    return found
