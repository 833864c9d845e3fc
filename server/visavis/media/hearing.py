"""The ear of a stream: sound in by the tick, and what is to be said and heard, look-ahead later."""

import logging
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from visavis.core.pcm import Resampler
from visavis.core.timeline import FRAME_OUTPUT_SAMPLES, OUTPUT_RATE, SAMPLE_RATE
from visavis.engine.features import FeatureStream, SpeechStep
from visavis.media.switch import Source

Float32 = NDArray[np.float32]
_log = logging.getLogger(__name__)
_FADE = 240  # samples, 5 ms: an interrupt is not to click


@dataclass(frozen=True)
class _Piece:
    """One frame of sound on its way through the look-ahead."""

    sound: Float32  # [1920]
    receipt: Callable[[], None]  # tells its source that it has been released
    filler: bool  # its source had nothing


@dataclass(frozen=True)
class Moment:
    """What one tick releases, and the generation that it was heard in."""

    generation: int
    step: SpeechStep | None  # None: the look-ahead is still filling
    sound: Float32
    receipt: Callable[[], None]
    filler: bool
    failed: int  # times that the audio encoder had to start anew


class Hearing:
    """Delays sound by exactly the look-ahead of the features that are made of it.

    Silence that waits in the look-ahead while the avatar is idle is skipped when a source has
    more sound than a tick takes: then speech that was made ahead of time begins at once.
    """

    def __init__(self, source: Source, features: Callable[[], FeatureStream]) -> None:
        self._source = source
        self._new_features = features
        self._features = features()
        self.look_ahead = self._features.look_ahead
        self._generation = 0
        self._resampler = _primed_resampler()
        self._pieces = self._silence()

    @property
    def short(self) -> bool:
        """Whether the next frame of live sound is not there yet."""
        return self._source.short(FRAME_OUTPUT_SAMPLES)

    def next(self, late_s: float = 0.0) -> Moment:
        """Hear one frame of sound, which was due `late_s` ago."""
        moment = self._hear(late_s)
        while self._may_skip(moment):
            moment = self._hear(late_s)
        return moment

    def interrupt(self, sounding: bool) -> int:
        """Forget all that was heard and not yet said; return how many frames that were.
        `sounding`: what would come next fades out instead of breaking off."""
        dropped = sum(not piece.filler for piece in self._pieces)
        following = self._pieces[0].sound if self._pieces else None
        self._generation += 1
        self._features = self._new_features()
        self._resampler = _primed_resampler()
        self._pieces = self._silence()
        if sounding and following is not None:
            self._pieces[0] = _Piece(fade_out(following), _nothing, filler=False)
        return dropped

    def is_current(self, moment: Moment) -> bool:
        """Whether there was no interrupt since this was heard."""
        return moment.generation == self._generation

    def _hear(self, late_s: float) -> Moment:
        sound = self._source.pull(FRAME_OUTPUT_SAMPLES, late_s)
        self._pieces.append(_Piece(sound, self._source.receipt(), self._source.gave_filler))
        try:
            steps = self._features.push(self._resampler.push(sound))
            failed = 0
        except Exception:  # whatever an encoder raises, the stream goes on
            _log.warning("the audio encoder failed; it starts anew", exc_info=True)
            self._features = self._new_features()
            steps, failed = [], 1
        piece = self._pieces.popleft()
        step = steps[0] if steps else None
        return Moment(self._generation, step, piece.sound, piece.receipt, piece.filler, failed)

    def _may_skip(self, moment: Moment) -> bool:
        """Whether this moment is mere waiting for speech that is there already."""
        opening = (
            moment.step is not None and 0 < moment.step.gain < 1
        )  # the mouth, before the sound
        return moment.filler and not opening and self._source.ahead >= FRAME_OUTPUT_SAMPLES

    def _silence(self) -> deque[_Piece]:
        still = _Piece(np.zeros(FRAME_OUTPUT_SAMPLES, np.float32), _nothing, filler=True)
        return deque([still] * self.look_ahead, self.look_ahead + 1)


def _primed_resampler() -> Resampler:
    """48 → 16 kHz, one millisecond late, so that each frame of sound gives a frame of samples."""
    resampler = Resampler(OUTPUT_RATE, SAMPLE_RATE)
    resampler.push(np.zeros(resampler.reach, np.float32))
    return resampler


def fade_out(sound: Float32) -> Float32:
    """The first 5 ms, fading, and silence."""
    faded = np.zeros_like(sound)
    faded[:_FADE] = sound[:_FADE] * np.linspace(1, 0, _FADE, dtype=np.float32)
    return faded


def _nothing() -> None:
    pass
