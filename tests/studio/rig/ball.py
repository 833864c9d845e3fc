"""A ball that stands for the head in the tests of hair."""

import numpy as np

from visavis.studio.rig.geometry import Floats, Indices, tube_quads

CENTRE = np.array([0.0, 6.7, 0.3])
RADIUS = 0.8
_RINGS, _SIDES = 223, 60


def ball() -> tuple[Floats, Indices]:
    """Skin with as many vertices as the body has, and its triangles, turned outward."""
    polar = np.linspace(0.02, np.pi - 0.02, _RINGS)[:, None]
    around = np.linspace(0, 2 * np.pi, _SIDES, endpoint=False)[None, :]
    shape = (
        np.sin(polar) * np.cos(around),
        np.cos(polar) * np.ones_like(around),
        np.sin(polar) * np.sin(around),
    )
    points = CENTRE + RADIUS * np.stack(shape, axis=-1).reshape(-1, 3)
    quads = tube_quads(_RINGS, _SIDES)[:, [0, 3, 2, 1]]
    return points, np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]])
