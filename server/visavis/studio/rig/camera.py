"""The camera, as numbers: where a point of the rig lands in the picture."""

from dataclasses import dataclass

import numpy as np

from visavis.studio.rig.geometry import Floats, unit

_AIM_HEIGHT_DM = 6.46
_DISTANCE_DM = 16.0
_VIEW_WIDTH_DM = 3.15
"""What the picture spans at the depth of the face."""


@dataclass(frozen=True)
class Camera:
    """A pinhole camera with a square picture; positions in dm, optics in mm."""

    position: tuple[float, float, float] = (0.0, _AIM_HEIGHT_DM + 0.25, _DISTANCE_DM)
    target: tuple[float, float, float] = (0.0, _AIM_HEIGHT_DM, 0.5)
    sensor_mm: float = 36.0
    lens_mm: float = 36.0 / (_VIEW_WIDTH_DM / (_DISTANCE_DM - 0.6))

    def project(self, points: Floats) -> Floats:
        """Picture positions (N, 2) of points (N, 3): 0..1, x from the left, y from the bottom."""
        forward = unit(np.subtract(self.target, self.position))
        right = unit(np.cross(forward, (0.0, 1.0, 0.0)))
        upward = np.cross(right, forward)
        offset = points - np.array(self.position)
        plane = np.stack([offset @ right, offset @ upward], axis=1) / (offset @ forward)[:, None]
        return np.asarray(0.5 + plane * (self.lens_mm / self.sensor_mm), dtype=np.float64)
