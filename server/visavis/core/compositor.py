"""Frames as yuv420p arrays: views on the planes, and pasting a mouth ROI into a template."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from visavis.core.colour import Planes, rgb_to_planes

Frame = NDArray[np.uint8]  # [H·3/2, W]: Y rows, then U, then V, as FFmpeg packs yuv420p
Float32 = NDArray[np.float32]


def new_frame(width: int, height: int) -> Frame:
    """An unset frame; width and height are multiples of 4."""
    return np.empty((height * 3 // 2, width), np.uint8)


def planes(frame: Frame) -> Planes:
    """Writable views on Y [H, W], U [H/2, W/2] and V [H/2, W/2]."""
    height, width = frame.shape[0] * 2 // 3, frame.shape[1]
    quarter = height // 4
    half = (height // 2, width // 2)
    u = frame[height : height + quarter].reshape(half)
    v = frame[height + quarter :].reshape(half)
    return frame[:height], u, v


def pack(rgb: Float32) -> Frame:
    """RGB [3, H, W] in [0, 1] as a yuv420p frame; H and W are multiples of 4."""
    frame = new_frame(rgb.shape[2], rgb.shape[1])
    for target, source in zip(planes(frame), rgb_to_planes(rgb), strict=True):
        target[...] = source
    return frame


def crop(frame: Frame, x: int, y: int, size: int) -> Planes:
    """Views on the planes of the square at (x, y); all three numbers are even."""
    luma, u, v = planes(frame)
    half = (slice(y // 2, (y + size) // 2), slice(x // 2, (x + size) // 2))
    return luma[y : y + size, x : x + size], u[half], v[half]


@dataclass(frozen=True)
class BlendMask:
    """How much of the generated ROI shows: weights in [0, 1] at luma and at chroma resolution."""

    luma: Float32  # [size, size]
    chroma: Float32  # [size/2, size/2]

    @classmethod
    def from_luma(cls, luma: Float32) -> "BlendMask":
        half = (luma[0::2, 0::2] + luma[0::2, 1::2] + luma[1::2, 0::2] + luma[1::2, 1::2]) / 4
        return cls(np.ascontiguousarray(luma), np.ascontiguousarray(half))

    @cached_property
    def box(self) -> tuple[slice, slice]:
        """Rows and columns of the chroma planes outside of which every weight is 0."""
        rows, columns = np.nonzero(self.chroma)
        return _extent(rows), _extent(columns)

    @cached_property
    def weights(self) -> tuple[Float32, Float32, Float32]:
        """The weights inside the box, for Y, U and V."""
        chroma = np.ascontiguousarray(self.chroma[self.box])
        return np.ascontiguousarray(self.luma[doubled(self.box)]), chroma, chroma


def _extent(indexes: NDArray[np.intp]) -> slice:
    return slice(int(indexes.min()), int(indexes.max()) + 1) if len(indexes) else slice(0, 0)


def doubled(box: tuple[slice, slice]) -> tuple[slice, slice]:
    """A box of the chroma planes at luma resolution."""
    rows, columns = box
    return slice(2 * rows.start, 2 * rows.stop), slice(2 * columns.start, 2 * columns.stop)


def paste(frame: Frame, x: int, y: int, rgb: Float32, mask: BlendMask, gain: float = 1.0) -> None:
    """Blend a generated ROI [3, size, size] (RGB in [0, 1]) into `frame` at (x, y), in place.

    `gain` fades the whole ROI towards the template: 0 leaves the frame as it is.
    """
    luma_box = doubled(mask.box)
    generated = rgb_to_planes(rgb[:, luma_box[0], luma_box[1]])
    boxes = (luma_box, mask.box, mask.box)
    for plane, box, source, weight in zip(
        crop(frame, x, y, rgb.shape[1]), boxes, generated, mask.weights, strict=True
    ):
        target = plane[box]
        base = target.astype(np.float32)
        mixed = source.astype(np.float32)
        mixed -= base
        mixed *= weight if gain == 1 else weight * np.float32(gain)
        mixed += base
        target[...] = np.rint(mixed, out=mixed).astype(np.uint8)


def clean_matte(alpha: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A matte as H.264 leaves it → one that reaches 0 and 255; both ends lose noisy levels."""
    spread = (alpha.astype(np.float32) - 6) * np.float32(255 / 243)
    matte: NDArray[np.uint8] = np.rint(np.clip(spread, 0, 255)).astype(np.uint8)
    return matte


def overlay(frame: Frame, background: Frame, alpha: NDArray[np.uint8]) -> Frame:
    """A cut-out person over a background, plane by plane; alpha [H, W] in 0…255."""
    weight = BlendMask.from_luma(alpha.astype(np.float32) / np.float32(255))
    result = np.empty_like(frame)
    for out, over, under, a in zip(
        planes(result),
        planes(frame),
        planes(background),
        (weight.luma, weight.chroma, weight.chroma),
        strict=True,
    ):
        below = under.astype(np.float32)
        out[...] = np.rint(below + (over.astype(np.float32) - below) * a).astype(np.uint8)
    return result


def beside(left: Frame, right: Frame) -> Frame:
    """Two yuv420p frames as one of twice the width."""
    height, width = left.shape[0] * 2 // 3, left.shape[1]
    both = new_frame(2 * width, height)
    for target, a, b in zip(planes(both), planes(left), planes(right), strict=True):
        target[:] = np.hstack((a, b))
    return both
