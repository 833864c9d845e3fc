"""How much live sound to keep against jitter, and how fast to play it so that it stays so.

A microphone's clock and ours differ by up to some hundred parts per million: half a second after an
hour. Played a little faster or slower, which nobody hears, the buffer neither grows nor runs dry.
All in seconds; time is counted in pulls, one each 40 ms.
"""

from collections import deque

from visavis.core.timeline import FPS, FRAME_S

MOST_STRETCH = 0.003  # of the speed, 5 cents of a semitone: inaudible
_WINDOW = 3 * FPS  # pulls over which the least margin counts
_PROPORTIONAL = 0.05  # per second: an error is gone after some 20 s
_INTEGRAL = _PROPORTIONAL**2 / 4  # per second squared: critically damped
_DEAD_BAND_S = 0.004  # an error that is not worth resampling for
_DECAY = 0.001 * FRAME_S  # seconds per pull: a millisecond a second
_HEADROOM_S = 0.005  # beyond what was missing


class JitterControl:
    """A proportional-integral controller on the least margin of the last three seconds."""

    def __init__(self, least_s: float, most_s: float) -> None:
        """The buffer aims at a margin from `least_s` to `most_s`."""
        self.target_s = least_s
        self._least_s = least_s
        self._most_s = most_s
        self._margins: deque[float] = deque(maxlen=_WINDOW)
        self._integral = 0.0

    @property
    def error_s(self) -> float:
        """How much more than its target the buffer has held all the time; negative: less."""
        if len(self._margins) < _WINDOW:
            return 0.0
        return min(self._margins) - self.target_s

    def pulled(self, margin_s: float) -> float:
        """Note what a pull will leave in the buffer; return how many input samples to take per
        output sample."""
        self._margins.append(margin_s)
        self.target_s = max(self._least_s, self.target_s - _DECAY)
        error = self.error_s
        if abs(error) > _DEAD_BAND_S:
            self._integral = _clip(self._integral + _INTEGRAL * error * FRAME_S)
            return 1 + _clip(self._integral + _PROPORTIONAL * error)
        return 1 + self._integral if self._integral else 1.0

    @property
    def steady(self) -> float:
        """Input samples per output sample while nothing can be noted: what the two clocks ask for,
        as far as it is known."""
        return 1 + self._integral

    def shifted(self, by_s: float) -> None:
        """The buffer was cut or filled by hand: what is remembered moves along."""
        self._margins = deque((margin + by_s for margin in self._margins), _WINDOW)

    def ran_dry(self, late_s: float) -> None:
        """Sound came so much too late: keep more from now on."""
        self.target_s = min(self._most_s, self.target_s + late_s + _HEADROOM_S)
        self._margins.clear()


def _clip(stretch: float) -> float:
    return max(-MOST_STRETCH, min(MOST_STRETCH, stretch))
