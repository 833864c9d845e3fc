"""Where the eyes look, as ARKit weights."""

_YAW_DEG = 14.8
_UP_DEG = 9.8
_DOWN_DEG = 11.2
"""How far a weight of 1 turns an eyeball of the base mesh."""


def _weight(angle_deg: float, full_deg: float) -> float:
    return min(1.0, max(0.0, angle_deg / full_deg))


def gaze_weights(yaw_deg: float, pitch_deg: float) -> dict[str, float]:
    """Both eyes turned by a yaw (to the person's left) and a pitch (down); zero needs no weight."""
    left, right = _weight(yaw_deg, _YAW_DEG), _weight(-yaw_deg, _YAW_DEG)
    up, down = _weight(-pitch_deg, _UP_DEG), _weight(pitch_deg, _DOWN_DEG)
    weights = {
        "eyeLookOutLeft": left,
        "eyeLookInRight": left,
        "eyeLookInLeft": right,
        "eyeLookOutRight": right,
    }
    for side in ("Left", "Right"):
        weights |= {f"eyeLookUp{side}": up, f"eyeLookDown{side}": down}
    return {name: weight for name, weight in weights.items() if weight}
