"""What a breath does to the body: shoulders, chest and shirt rise, the head does not."""

import numpy as np

from visavis.studio.rig.geometry import Floats, smoothstep

_RISE_DM = 0.022
_FORWARD_DM = 0.030
_NECK_FROM_DM, _NECK_TO_DM = 4.95, 5.55
_SHOULDER_DM = 0.9


def breath_lift(rest: Floats) -> Floats:
    """How far points (N, 3) at rest move when the lungs are full, (N, 3) in dm."""
    x, y, z = rest[:, 0], rest[:, 1], rest[:, 2]
    share = 1.0 - smoothstep(y, _NECK_FROM_DM, _NECK_TO_DM)
    shoulder = 0.7 + 0.3 * smoothstep(np.abs(x), 0.3, _SHOULDER_DM)
    front = smoothstep(z, -0.4, 0.8)
    lift = np.stack([0.1 * x * _RISE_DM, _RISE_DM * shoulder, _FORWARD_DM * front], axis=1)
    return np.asarray(lift * share[:, None], dtype=np.float64)
