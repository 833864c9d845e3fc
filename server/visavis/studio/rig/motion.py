"""The idle clip: a head that drifts, breathes, blinks and looks about, played there and back."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from visavis.studio.rig.gaze import gaze_weights
from visavis.studio.rig.geometry import Floats, smoothstep

IDLE_FRAMES = 151
HOMES = (0, 100)
"""Frames at which the person is exactly at home: head at rest, breath out, eyes ahead, open."""
BREATH_FRAMES = 100

_DRIFT_DEG = (0.9, 1.9, 0.8)
"""How far pitch, yaw and roll wander."""
_BREATH_PITCH_DEG = -0.35
"""The head lifts a little with the breath."""
_BUMPS = ((24, 24), (48, 44), (74, 26), (126, 24), (150, 50))
"""Middle and half width, in frames, of the swells of the drift; none reaches over a home."""
_BLINKS = (31, 86, 121)
_LIDS = (0.12, 0.72, 1.0, 0.78, 0.30, 0.05)
"""One blink, a frame each; nearly the same backwards, for the clip plays both ways."""
_GAZE = ((14, 3.2, 0.4), (47, -2.4, -1.2), (69, 0.0, 0.0), (108, -3.0, 0.6), (134, 1.2, -0.8))
"""Saccades: first frame, and where the eyes go then (deg to the person's left, and down)."""
_SACCADE_FRAMES = 2
_BROW_BUMPS = ((22, 20, 0.10), (62, 24, 0.06), (150, 46, 0.09))


@dataclass(frozen=True)
class Motion:
    """One clip, a row per frame: `rotation_deg` (N, 3) pitch, yaw and roll of the head,
    `weights` (ARKit, 0..1) of the face, `breath` (N,) from 0 (out) to 1 (in).

    It plays there and back, so nothing moves at either end.
    """

    rotation_deg: Floats
    weights: Sequence[dict[str, float]]
    breath: Floats
    homes: tuple[int, ...] = ()

    def __len__(self) -> int:
        return len(self.breath)


def swell(frames: int, middle: float, half_width: float) -> Floats:
    """A raised cosine (frames,): 1 at its middle, 0 and flat beyond its half width."""
    t = np.clip((np.arange(frames) - middle) / half_width, -1.0, 1.0)
    return np.asarray(0.5 + 0.5 * np.cos(np.pi * t), dtype=np.float64)


def blinks(frames: int, starts: Sequence[int]) -> Floats:
    """Lids (frames,): 0 open, 1 shut."""
    lids = np.zeros(frames)
    for start in starts:
        lids[start : start + len(_LIDS)] = _LIDS[: max(0, frames - start)]
    return lids


def saccades(frames: int, moves: Sequence[tuple[int, float, float]], duration: int) -> Floats:
    """Where the eyes point (frames, 2): yaw and pitch in deg, held between quick moves."""
    gaze = np.zeros((frames, 2))
    for start, *target in moves:
        share = smoothstep(np.arange(frames), start, start + duration)[:, None]
        gaze = gaze * (1 - share) + np.array(target) * share
    return gaze


def face(
    lids: Floats, gaze_deg: Floats, rotation_deg: Floats, expression: dict[str, Floats]
) -> list[dict[str, float]]:
    """ARKit weights per frame; the eyes stay on what they look at while the head turns."""
    eyes = gaze_deg - rotation_deg[:, [1, 0]]
    rows = []
    for frame, lid in enumerate(lids):
        row = {name: float(curve[frame]) for name, curve in expression.items() if curve[frame]}
        row |= gaze_weights(*eyes[frame].tolist())
        row |= {"eyeBlinkLeft": float(lid), "eyeBlinkRight": float(lid)} if lid else {}
        rows.append(row)
    return rows


def _drift(rng: np.random.Generator) -> Floats:
    """Rotation (N, 3) in deg: swells of random size, the same sign twice at most."""
    total = np.zeros((IDLE_FRAMES, 3))
    for number, (middle, half_width) in enumerate(_BUMPS):
        sign = np.array([1, (-1) ** number, (-1) ** (number // 2)])
        size = rng.uniform(0.45, 1.0, 3) * sign * _DRIFT_DEG
        total += swell(IDLE_FRAMES, middle, half_width)[:, None] * size
    return total


def idle_clip(seed: int = 5) -> Motion:
    """151 frames that last 12 s there and back; the same seed gives the same motion."""
    half = BREATH_FRAMES / 2
    breath = np.resize(swell(BREATH_FRAMES, half, half), IDLE_FRAMES)
    rotation = _drift(np.random.default_rng(seed))
    rotation[:, 0] += _BREATH_PITCH_DEG * breath
    brows = sum(size * swell(IDLE_FRAMES, m, w) for m, w, size in _BROW_BUMPS)
    gaze = saccades(IDLE_FRAMES, _GAZE, _SACCADE_FRAMES)
    expression = {"browInnerUp": np.asarray(brows, dtype=np.float64)}
    weights = face(blinks(IDLE_FRAMES, _BLINKS), gaze, rotation, expression)
    return Motion(rotation, weights, breath, HOMES)
