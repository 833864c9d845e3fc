"""Is someone speaking? A gate with hysteresis that fades the mouth in and out.

It works on whole video frames. Where the encoder tells how likely somebody speaks, the gate goes by
that, and by the level only where nothing can be heard at all; without it, the gate goes by the
level over the noise and looks ahead as far as the features do. Either way the mouth is free when
the first sound comes, at rest within 200 ms of the last, and at rest in silence and steady noise.
"""

from collections import deque
from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

Float32 = NDArray[np.float32]
_SHUT = 1e-6  # what rounding leaves of a gain that has faded out


class SpeechState(Enum):
    """What the avatar is doing."""

    IDLE = "idle"
    SPEAKING = "speaking"


@dataclass(frozen=True)
class SpeechSpec:
    """Levels, likelihoods and times of the gate; one step is one video frame of 40 ms."""

    open_db: float = 9.0  # above the noise floor
    close_db: float = 5.0  # above the noise floor
    quiet_dbfs: float = -54.0  # never speech below this
    floor_frames: int = 50  # the floor is the quietest frame of two seconds; speech has gaps
    floor_max_dbfs: float = -24.0  # louder steady sound is taken for speech
    sure: float = 0.93  # likelihood that opens at once
    likely: float = 0.85  # likelihood that opens if it holds for two frames: no click does
    unlikely: float = 0.6  # likelihood below which a frame is a pause
    hang_frames: int = 1  # how long a pause may be before the gate closes
    voice_hang_frames: int = 2  # the same of a voice, whose lips say best what a pause looks like
    fade_in_frames: int = 2  # by the level; a voice opens at once, for what is said fades itself
    fade_out_frames: int = 3
    voice_fade_out_frames: int = 2  # by then lips have mostly closed of themselves


def level_dbfs(pcm: Float32) -> float:
    """RMS level of one frame of samples, DC removed, in dB of full scale; silence is −120."""
    if not len(pcm):
        return -120.0
    samples = pcm.astype(np.float64)
    power = float(np.mean(np.square(samples - samples.mean())))
    return 10.0 * float(np.log10(max(power, 1e-12)))


class _Latch:
    """Opens by one rule, stays open by a softer one, and over short pauses."""

    def __init__(self, hang_frames: int) -> None:
        self._hang_frames = hang_frames
        self._open = False
        self._pause_frames = 0

    def push(self, opens: bool, holds: bool) -> bool:
        if opens or (self._open and holds):
            self._open, self._pause_frames = True, 0
        else:
            self._pause_frames += 1
            self._open = self._open and self._pause_frames <= self._hang_frames
        return self._open


class SpeechGate:
    """Levels and likelihoods in, mouth gains out, `look_ahead` frames later."""

    def __init__(self, look_ahead: int, spec: SpeechSpec | None = None) -> None:
        self._spec = spec = spec or SpeechSpec()
        self._levels: deque[float] = deque([-120.0], maxlen=spec.floor_frames)
        self._loud = deque([False] * look_ahead, maxlen=look_ahead + 1)  # and held so
        self._audible = deque([False] * look_ahead, maxlen=look_ahead + 1)
        self._by_level = _Latch(spec.hang_frames)
        self._by_voice = _Latch(spec.voice_hang_frames)
        self._speech = 0.0  # of the frame before
        self._gain = 0.0

    @property
    def state(self) -> SpeechState:
        return SpeechState.SPEAKING if self._gain > 0 else SpeechState.IDLE

    def push(self, level: float, speech: float | None = None) -> float:
        """Return the gain in [0, 1] of frame n − look_ahead.

        `level` is that of frame n in dBFS, `speech` how likely somebody speaks in frame
        n − look_ahead; None: nobody tells.
        """
        by_level = self._hear_level(level)
        if speech is None:
            return self._fade(by_level, self._spec.fade_in_frames, self._spec.fade_out_frames)
        return self._fade(self._hear_voice(speech), 1, self._spec.voice_fade_out_frames)

    def _hear_level(self, level: float) -> bool:
        spec = self._spec
        self._levels.append(level)
        floor = min(spec.floor_max_dbfs, *self._levels)
        audible = level > spec.quiet_dbfs
        self._audible.append(audible)
        over = level - floor if audible else 0.0
        self._loud.append(self._by_level.push(over > spec.open_db, over > spec.close_db))
        return any(self._loud)

    def _hear_voice(self, speech: float) -> bool:
        spec = self._spec
        speech = speech if any(self._audible) else 0.0
        opens = speech >= spec.sure or min(speech, self._speech) >= spec.likely
        self._speech = speech
        return self._by_voice.push(opens, speech >= spec.unlikely)

    def _fade(self, speaking: bool, rise_frames: int, fall_frames: int) -> float:
        gain = self._gain + (1 / rise_frames if speaking else -1 / fall_frames)
        self._gain = 0.0 if gain < _SHUT else min(1.0, gain)
        return round(self._gain, 6)
