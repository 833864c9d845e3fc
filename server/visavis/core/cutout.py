"""Transparency over codecs that have none: the colour above, the matte below, in one frame.

The matte lies in the luma of the lower half, 16 for nothing and 235 for the person, where a decoder
makes black and white of it; its chroma is grey. The colour goes on beyond the edge of the matte, so
that no background shines through where a lossy codec blurs both.
"""

import numpy as np
from numpy.typing import NDArray

from visavis.core.colour import planes_to_rgb
from visavis.core.compositor import Frame, new_frame, planes

_BLACK, _WHITE, _GREY = 16, 235, 128  # BT.601, limited range


def stack(colour: Frame, matte: NDArray[np.uint8] | None) -> Frame:
    """A frame [H·3/2, W] and its matte [H, W] in 0…255 (None: all of it shows) → one of twice the
    height."""
    height, width = colour.shape[0] * 2 // 3, colour.shape[1]
    stacked = new_frame(width, 2 * height)
    for target, source in zip(planes(stacked), planes(colour), strict=True):
        target[: len(source)] = source
        target[len(source) :] = _GREY
    luma = planes(stacked)[0]
    luma[height:] = _WHITE if matte is None else _limited(matte)
    return stacked


def _limited(matte: NDArray[np.uint8]) -> NDArray[np.uint8]:
    levels = matte.astype(np.float32) * np.float32((_WHITE - _BLACK) / 255) + np.float32(_BLACK)
    limited: NDArray[np.uint8] = np.rint(levels).astype(np.uint8)
    return limited


def to_rgba(stacked: Frame) -> NDArray[np.uint8]:
    """A stacked frame as a picture [H, W, 4] in 0…255, not premultiplied."""
    luma, u, v = planes(stacked)
    height = len(luma) // 2
    rgb = planes_to_rgb((luma[:height], u[: height // 2], v[: height // 2]))
    alpha = (luma[height:].astype(np.float32) - _BLACK) / np.float32(_WHITE - _BLACK)
    rgba = np.concatenate((rgb, np.clip(alpha, 0, 1)[None]))
    picture: NDArray[np.uint8] = np.rint(rgba.transpose(1, 2, 0) * 255).astype(np.uint8)
    return picture
