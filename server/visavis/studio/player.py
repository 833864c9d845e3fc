"""An avatar played clip by clip for scoring: the runtime's own parts, speech gate included."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from visavis.avatars import Avatar
from visavis.core.compositor import Frame
from visavis.core.timeline import FRAME_SAMPLES
from visavis.engine.features import SpeechStep

Float32 = NDArray[np.float32]


class Player:
    """One avatar, one thread."""

    def __init__(self, avatar: Avatar) -> None:
        """Raises `BundleError`."""
        self.avatar = avatar
        self._generator = avatar.fast.open()
        self._canvas = avatar.canvas()
        self._mouth = np.empty((1, avatar.fast.window.planes_bytes), np.uint8)

    def resting(self, index: int) -> Frame:
        """A template frame with its mouth at rest, to be read only."""
        return self.avatar.template.idle(index)

    def idle_path(self, frames: int) -> tuple[int, ...]:
        """The template frames that a viewer sees in the first `frames` frames."""
        return tuple(self.avatar.template.index(frame) for frame in range(frames))

    def speak(self, pcm: Float32, path: Sequence[int], gated: bool = True) -> Iterator[Frame]:
        """The frames as shown while `pcm` [n] at 16 kHz sounds, over the template frames `path`;
        ungated, the networks decide alone."""
        features = self.avatar.features()
        whole = pcm[: len(path) * FRAME_SAMPLES]
        steps = [*features.push(whole), *features.flush()]
        for step, index in zip(steps, path, strict=False):
            yield self._show(step if gated else replace(step, gain=1.0), index)

    def _show(self, step: SpeechStep, index: int) -> Frame:
        if not step.speaking:
            return self.resting(index)
        self._generator.generate((index,), step.audio[None], self._mouth)
        return self._canvas.speaking(index, self._mouth[0], step.gain).copy()
