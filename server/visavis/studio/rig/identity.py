"""Who the person is: a blend of shape targets that belongs to no real human."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from visavis.studio.rig.geometry import Floats, smoothstep
from visavis.studio.rig.meshdata import MeshData

_SHOULDER_DROP_DEG = 26.0
_EYES_DM = np.array([0.0, 6.625075, 1.1034875])
"""Where the point between the eyes stands, whoever it is: the studio is built around it."""


@dataclass(frozen=True)
class Identity:
    """A recipe of targets: a gender, shares of ancestry, and local details by target name.

    `scale` sizes the whole person about the eyes.
    """

    gender: str
    ancestry: Mapping[str, float]
    details: Mapping[str, float] = field(default_factory=dict)
    scale: float = 1.0

    def targets(self) -> dict[str, float]:
        """Every target of the recipe with its weight."""
        macro = f"macrodetails/universal-{self.gender}-young-averagemuscle-averageweight"
        ancestry = {
            f"macrodetails/{name}-{self.gender}-young": share
            for name, share in self.ancestry.items()
        }
        return {macro: 1.0, **ancestry, **self.details}


NOVA_IDENTITY = Identity(
    gender="female",
    ancestry={"caucasian": 0.5, "asian": 0.3, "african": 0.2},
    details={
        "head/head-oval": 0.35,
        "mouth/mouth-upperlip-volume-incr": 0.25,
        "mouth/mouth-lowerlip-volume-incr": 0.2,
        "nose/nose-scale-horiz-decr": 0.15,
        "cheek/l-cheek-bones-incr": 0.2,
        "cheek/r-cheek-bones-incr": 0.2,
        "eyes/l-eye-scale-incr": 0.6,
        "eyes/r-eye-scale-incr": 0.6,
        "chin/chin-width-decr": 0.3,
        "head/head-fat-decr": 0.2,
        "nose/nose-scale-vert-decr": 0.1,
    },
)

LEO_IDENTITY = Identity(
    gender="male",
    ancestry={"caucasian": 0.45, "african": 0.35, "asian": 0.2},
    details={
        "head/head-rectangular": 0.3,
        "head/head-age-incr": 0.15,
        "chin/chin-prominent-incr": 0.2,
        "chin/chin-width-incr": 0.25,
        "nose/nose-width2-incr": 0.15,
        "mouth/mouth-scale-horiz-incr": 0.15,
        "mouth/mouth-angles-up": 0.15,
        "eyes/l-eye-scale-incr": 0.5,
        "eyes/r-eye-scale-incr": 0.5,
        "eyes/l-eye-height1-incr": 0.3,
        "eyes/r-eye-height1-incr": 0.3,
        "eyes/l-eye-height2-incr": 0.32,
        "eyes/r-eye-height2-incr": 0.32,
        "eyes/l-eye-height3-incr": 0.3,
        "eyes/r-eye-height3-incr": 0.3,
        "mouth/mouth-upperlip-volume-incr": 0.35,
        "mouth/mouth-lowerlip-volume-incr": 0.35,
    },
    scale=0.97,
)


def _lower_arm(points: Floats, joint: Floats, side: int) -> Floats:
    """Turn the arm of one side (+1 left, -1 right) down about its shoulder joint (3,)."""
    reach = smoothstep(side * points[:, 0], side * joint[0] - 0.35, side * joint[0] + 0.45)
    reach = reach * (points[:, 1] > 0) * smoothstep(points[:, 1], -2, 1)
    angle = -side * np.radians(_SHOULDER_DROP_DEG) * reach
    offset = points - joint
    lowered = points.copy()
    lowered[:, 0] = joint[0] + offset[:, 0] * np.cos(angle) - offset[:, 1] * np.sin(angle)
    lowered[:, 1] = joint[1] + offset[:, 0] * np.sin(angle) + offset[:, 1] * np.cos(angle)
    return lowered


def rest_vertices(data: MeshData, identity: Identity = NOVA_IDENTITY) -> Floats:
    """Vertices (V, 3) of the person at rest: mouth shut, shoulders let down, helpers included."""
    points = data.base.vertices.copy()
    for name, weight in identity.targets().items():
        points += weight * data.target(name)
    eyes = (
        points[data.group("helper-l-eye")].mean(axis=0),
        points[data.group("helper-r-eye")].mean(axis=0),
    )
    points = _EYES_DM + identity.scale * (points - (eyes[0] + eyes[1]) / 2)
    for letter, side in (("l", 1), ("r", -1)):
        joint = points[data.group(f"joint-{letter}-shoulder")].mean(axis=0)
        points = _lower_arm(points, joint, side)
    return points
