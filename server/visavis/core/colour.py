"""Colour between a generator's RGB and the stream's yuv420p: BT.601, limited range.

BT.601 is what VP8 means by definition and what the H.264 encoders here are tagged with.
"""

import numpy as np
from numpy.typing import NDArray

Float32 = NDArray[np.float32]
Planes = tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.uint8]]

RGB_TO_YUV = np.array(
    [
        [65.481, 128.553, 24.966],
        [-37.797, -74.203, 112.0],
        [112.0, -93.786, -18.214],
    ],
    np.float32,
)
_YUV_TO_RGB = np.linalg.inv(RGB_TO_YUV.astype(np.float64)).astype(np.float32)
OFFSET = np.array([16.0, 128.0, 128.0], np.float32)


def _halve(plane: Float32) -> Float32:
    """Mean of each 2×2 block."""
    quarter: Float32 = (
        plane[0::2, 0::2] + plane[0::2, 1::2] + plane[1::2, 0::2] + plane[1::2, 1::2]
    ) * np.float32(0.25)
    return quarter


def _to_bytes(plane: Float32) -> NDArray[np.uint8]:
    return np.rint(np.clip(plane, 0.0, 255.0)).astype(np.uint8)


def rgb_to_planes(rgb: Float32) -> Planes:
    """RGB [3, H, W] in [0, 1], even H and W → Y [H, W], U and V [H/2, W/2]."""
    small = np.stack([_halve(channel) for channel in rgb])
    luma = np.tensordot(RGB_TO_YUV[0], rgb, 1) + OFFSET[0]
    chroma = np.tensordot(RGB_TO_YUV[1:], small, 1) + OFFSET[1:, None, None]
    return _to_bytes(luma), _to_bytes(chroma[0]), _to_bytes(chroma[1])


def planes_to_rgb(planes: Planes, clip: bool = True) -> Float32:
    """Y [H, W], U and V [H/2, W/2] → RGB [3, H, W] in [0, 1].

    Chroma is repeated, not interpolated, so that `rgb_to_planes` gives the same planes back. That
    holds for planes that are colours at all; without `clip` it holds for what video coding leaves
    a little outside of them, too.
    """
    y, u, v = planes
    full = np.stack([y, *(np.repeat(np.repeat(c, 2, 0), 2, 1) for c in (u, v))])
    yuv = full.astype(np.float32) - OFFSET[:, None, None]
    rgb: Float32 = np.tensordot(_YUV_TO_RGB, yuv, 1)
    return np.clip(rgb, 0.0, 1.0) if clip else rgb


def flat_planes(rgb: Float32) -> NDArray[np.uint8]:
    """RGB [3, H, W] in [0, 1] → the bytes of Y, U and V in one row."""
    return np.concatenate([plane.ravel() for plane in rgb_to_planes(rgb)])
