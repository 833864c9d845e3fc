"""The idle loop: a head that drifts and blinks, and ends where it began."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from visavis.studio.rig.geometry import Floats

_SWAY_DEG = (2.0, 4.2, 1.6)
_HARMONICS = ((1, 0.6), (2, 0.3), (3, 0.12), (5, 0.05))
"""Cycles per loop and their share; whole cycles are what closes the loop."""
_BLINK_AT_S = (1.3, 4.4)
_BLINK_WIDTH_S = 0.075


@dataclass(frozen=True)
class IdleLoop:
    """`rotation_deg` (N, 3) pitch, yaw, roll and `blink` (N,) 0..1 per frame; N leads to 0."""

    rotation_deg: Floats
    blink: Floats

    def eyelids(self, frame: int) -> dict[str, float]:
        """ARKit weights of the blink at one frame."""
        weight = float(self.blink[frame])
        return {"eyeBlinkLeft": weight, "eyeBlinkRight": weight}


def _sway(phase: Floats, amplitude_deg: float, rng: np.random.Generator) -> Floats:
    total = np.zeros_like(phase)
    for cycles, share in _HARMONICS:
        total = total + np.sin(cycles * phase + rng.uniform(0, 6.3)) * share
    return amplitude_deg * total


def _blink(seconds: Floats, times_s: Sequence[float]) -> Floats:
    """Lids fall fast and rise slowly around each time."""
    weight = np.zeros_like(seconds)
    for time_s in times_s:
        x = (seconds - time_s) / _BLINK_WIDTH_S
        lid = np.where(x < 0, np.exp(-((x * 1.3) ** 2)), np.exp(-((x * 0.75) ** 2)))
        weight = np.maximum(weight, lid)
    return weight


def idle_loop(frames: int = 150, fps: int = 25, seed: int = 5) -> IdleLoop:
    """A closed loop of `frames`; the same seed gives the same motion."""
    rng = np.random.default_rng(seed)
    phase = np.arange(frames) / frames * 2 * np.pi
    rotation = np.stack([_sway(phase, amplitude, rng) for amplitude in _SWAY_DEG], axis=-1)
    return IdleLoop(rotation, _blink(np.arange(frames) / fps, _BLINK_AT_S))
