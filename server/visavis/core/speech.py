"""Is someone speaking? A gate with hysteresis that fades the mouth in and out.

It works on whole video frames and looks ahead as far as the features do, so that the mouth is
already free when the first sound comes, and rests shut in silence and steady noise.
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
    """Levels and times of the gate; one step is one video frame of 40 ms."""

    open_db: float = 9.0  # above the noise floor
    close_db: float = 5.0  # above the noise floor
    quiet_dbfs: float = -54.0  # never speech below this
    floor_frames: int = 50  # the floor is the quietest frame of two seconds; speech has gaps
    floor_max_dbfs: float = -24.0  # louder steady sound is taken for speech
    hang_frames: int = 4  # how long a pause may be before the gate closes
    fade_in_frames: int = 2
    fade_out_frames: int = 3


def level_dbfs(pcm: Float32) -> float:
    """RMS level of one frame of samples, DC removed, in dB of full scale; silence is −120."""
    if not len(pcm):
        return -120.0
    samples = pcm.astype(np.float64)
    power = float(np.mean(np.square(samples - samples.mean())))
    return 10.0 * float(np.log10(max(power, 1e-12)))


class SpeechGate:
    """Frame levels in, mouth gains out, `look_ahead` frames later."""

    def __init__(self, look_ahead: int, spec: SpeechSpec | None = None) -> None:
        self._spec = spec or SpeechSpec()
        self._delay = deque([False] * look_ahead, maxlen=look_ahead + 1)
        self._levels: deque[float] = deque([-120.0], maxlen=self._spec.floor_frames)
        self._open = False
        self._quiet_frames = 0
        self._gain = 0.0

    @property
    def state(self) -> SpeechState:
        return SpeechState.SPEAKING if self._gain > 0 else SpeechState.IDLE

    def push(self, level: float) -> float:
        """Take the level of frame n in dBFS; return the gain in [0, 1] of frame n − look_ahead."""
        self._decide(level)
        self._delay.append(self._open)
        return self._fade(any(self._delay))

    def _decide(self, level: float) -> None:
        spec = self._spec
        self._levels.append(level)
        floor = min(spec.floor_max_dbfs, *self._levels)
        margin = spec.close_db if self._open else spec.open_db
        if level > max(floor + margin, spec.quiet_dbfs):
            self._open, self._quiet_frames = True, 0
            return
        self._quiet_frames += 1
        self._open = self._open and self._quiet_frames <= spec.hang_frames

    def _fade(self, speaking: bool) -> float:
        step = 1 / self._spec.fade_in_frames if speaking else -1 / self._spec.fade_out_frames
        gain = self._gain + step
        self._gain = 0.0 if gain < _SHUT else min(1.0, gain)
        return round(self._gain, 6)
