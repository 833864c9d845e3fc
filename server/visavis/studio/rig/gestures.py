"""Gestures: short clips that leave the home pose, and return to it as they play back."""

from collections.abc import Mapping

import numpy as np

from visavis.studio.rig.geometry import Floats
from visavis.studio.rig.motion import Motion, blinks, face, saccades

_BOTH = ("Left", "Right")


def _ease(frames: int, start: float = 0.0, end: float = 1.0) -> Floats:
    """0 to 1 between two shares of a clip, without speed at either end (quintic)."""
    t = np.clip((np.arange(frames) / (frames - 1) - start) / (end - start), 0.0, 1.0)
    return np.asarray(t**3 * (10 - 15 * t + 6 * t**2), dtype=np.float64)


def _expression(curve: Floats, weights: Mapping[str, float]) -> dict[str, Floats]:
    """A curve scaled for each unit; a name without a side stands for both."""
    sided = ("brow", "eye", "cheek", "mouthSmile", "mouthDimple", "mouthPress", "mouthUpper")
    single = ("browInnerUp",)
    curves = {}
    for name, size in weights.items():
        both = name.startswith(sided) and name not in single and not name.endswith(_BOTH)
        for unit in [f"{name}{side}" for side in _BOTH] if both else [name]:
            curves[unit] = curve * size
    return curves


def _clip(
    turn_deg: tuple[float, float, float],
    turning: Floats,
    expression: dict[str, Floats],
    lids: Floats | None = None,
    gaze_deg: Floats | None = None,
) -> Motion:
    frames = len(turning)
    rotation = turning[:, None] * np.array(turn_deg)
    lids = np.zeros(frames) if lids is None else lids
    gaze = np.zeros((frames, 2)) if gaze_deg is None else gaze_deg
    return Motion(rotation, face(lids, gaze, rotation, expression), np.zeros(frames))


def _nod() -> Motion:
    turning = _ease(10)
    return _clip((6.5, 0.0, 0.0), turning, _expression(turning, {"browInnerUp": 0.12}))


def _smile() -> Motion:
    warm = {
        "mouthSmile": 0.62,
        "cheekSquint": 0.45,
        "eyeSquint": 0.30,
        "mouthDimple": 0.12,
        "browOuterUp": 0.08,
    }
    return _clip((-0.8, 0.6, 2.2), _ease(22), _expression(_ease(22, 0.05, 0.85), warm))


def _think() -> Motion:
    frames = 24
    pondering = {
        "browInnerUp": 0.30,
        "browOuterUpLeft": 0.28,
        "mouthPress": 0.22,
        "mouthLeft": 0.12,
        "eyeSquint": 0.06,
    }
    aside = saccades(frames, [(6, 12.0, -8.0)], 3)
    expression = _expression(_ease(frames, 0.1, 0.9), pondering)
    return _clip((-2.4, 3.2, 3.6), _ease(frames), expression, blinks(frames, [4]), aside)


def _greet() -> Motion:
    frames = 22
    glad = {
        "browInnerUp": 0.42,
        "browOuterUp": 0.50,
        "eyeWide": 0.12,
    }
    kind = {"mouthSmile": 0.58, "cheekSquint": 0.38, "mouthDimple": 0.10}
    expression = _expression(_ease(frames, 0.0, 0.7), glad)
    expression |= _expression(_ease(frames, 0.15, 0.95), kind)
    return _clip((-3.8, 0.0, -1.6), _ease(frames, 0.0, 0.9), expression)


def gestures() -> dict[str, Motion]:
    """Nod, smile, think and greet: frame 0 of each is the home pose, breath held out."""
    return {"nod": _nod(), "smile": _smile(), "think": _think(), "greet": _greet()}
