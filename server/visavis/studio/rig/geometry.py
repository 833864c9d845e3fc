"""Geometry shared by the parts of the person."""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]
Vector = Floats | tuple[float, float, float]
Colour = tuple[float, float, float]
"""Linear RGB."""

_BLENDER_FROM_RIG = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, -1.0], [0.0, 1.0, 0.0]])


def smoothstep(values: npt.ArrayLike, low: float, high: float) -> Floats:
    """0 at or below `low`, 1 at or above `high`, a cubic with flat ends between them."""
    t = np.clip((np.asarray(values, dtype=np.float64) - low) / (high - low), 0.0, 1.0)
    eased: Floats = t * t * (3.0 - 2.0 * t)
    return eased


def unit(vectors: npt.ArrayLike, tiny: float = 0.0) -> Floats:
    """Vectors (..., 3) scaled to length 1; `tiny` keeps zero vectors from dividing by zero."""
    v = np.asarray(vectors, dtype=np.float64)
    scaled: Floats = v / (np.linalg.norm(v, axis=-1, keepdims=True) + tiny)
    return scaled


def without_normal(vectors: Floats, normals: Floats, share: float = 1.0) -> Floats:
    """Vectors (N, 3) less `share` of their part along unit `normals` (N, 3)."""
    along = (vectors * normals).sum(axis=1, keepdims=True)
    flattened: Floats = vectors - share * along * normals
    return flattened


def to_blender(points: npt.ArrayLike) -> Floats:
    """Points (..., 3) from the rig's y-up axes to Blender's z-up axes."""
    p = np.asarray(points, dtype=np.float64)
    return np.stack([p[..., 0], -p[..., 2], p[..., 1]], axis=-1)


def from_blender(points: npt.ArrayLike) -> Floats:
    """Points (..., 3) from Blender's z-up axes to the rig's y-up axes."""
    p = np.asarray(points, dtype=np.float64)
    return np.stack([p[..., 0], p[..., 2], -p[..., 1]], axis=-1)


def rotation_to_blender(rotation: Floats) -> Floats:
    """The same rotation (3, 3), written in Blender's axes."""
    turned: Floats = _BLENDER_FROM_RIG @ rotation @ _BLENDER_FROM_RIG.T
    return turned


def rigid_fit(source: Floats, target: Floats) -> tuple[Floats, Floats]:
    """Rotation (3, 3) and shift (3,) that best carry `source` (N, 3) onto `target` (Kabsch)."""
    source_mean, target_mean = source.mean(axis=0), target.mean(axis=0)
    u, _, vt = np.linalg.svd((source - source_mean).T @ (target - target_mean))
    handedness = np.sign(np.linalg.det(vt.T @ u.T))
    rotation = vt.T @ np.diag([1.0, 1.0, handedness]) @ u.T
    return rotation, target_mean - rotation @ source_mean


def euler_rotation(pitch_yaw_roll_deg: npt.ArrayLike) -> Floats:
    """Rotation (3, 3) of a head: roll first, then pitch, then yaw."""
    pitch, yaw, roll = np.radians(np.asarray(pitch_yaw_roll_deg, dtype=np.float64))
    cp, sp, cy, sy = np.cos(pitch), np.sin(pitch), np.cos(yaw), np.sin(yaw)
    cr, sr = np.cos(roll), np.sin(roll)
    about_y = np.array([[cy, 0.0, sy], [0.0, 1.0, 0.0], [-sy, 0.0, cy]])
    about_x = np.array([[1.0, 0.0, 0.0], [0.0, cp, -sp], [0.0, sp, cp]])
    about_z = np.array([[cr, -sr, 0.0], [sr, cr, 0.0], [0.0, 0.0, 1.0]])
    return np.asarray(about_y @ about_x @ about_z, dtype=np.float64)


def blob(points: Floats, centre: Vector, radii: Vector) -> Floats:
    """Gaussian weight (N,) of points (N, 3) around `centre`, with a radius for each axis."""
    weight: Floats = np.exp(-(((points - np.array(centre)) / np.array(radii)) ** 2).sum(axis=1))
    return weight


def tube_quads(rings: int, sides: int, closed: bool = False) -> Indices:
    """Faces (M, 4) of a tube of `rings` x `sides` vertices; `closed` joins the last ring to the
    first."""
    ring, side = np.meshgrid(
        np.arange(rings if closed else rings - 1), np.arange(sides), indexing="ij"
    )
    after, beside = (ring + 1) % rings, (side + 1) % sides
    corners = [(ring, side), (after, side), (after, beside), (ring, beside)]
    return np.stack([(r * sides + s).ravel() for r, s in corners], axis=1).astype(np.int64)
