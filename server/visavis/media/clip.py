"""Template clips and pictures of a bundle: decoded once, checked against what it says."""

import io

import av
import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from visavis.core.bundle import Bundle, ClipSpec
from visavis.core.bundlefile import read_file
from visavis.core.compositor import BlendMask, Frame, clean_matte, overlay, pack, planes
from visavis.core.template import Template
from visavis.errors import BundleError

_BORDER_PIXELS = 6  # of the feather where a bundle brings no mask


def load_template(bundle: Bundle, clip: str = "idle") -> Template:
    """Decode a clip, put its person over the background, and bind the ROI.

    Raises `BundleError` if a file is damaged or does not fit the description.
    """
    spec = bundle.clips[clip]
    frames = _decode_clip(bundle, spec)
    for frame in frames:
        frame.setflags(write=False)
    return Template(tuple(frames), spec.roi, bundle.roi_size, _mask(bundle))


def _decode_clip(bundle: Bundle, spec: ClipSpec) -> list[Frame]:
    height = bundle.height * (2 if spec.alpha else 1)
    pictures = _decode(bundle, spec.file, "yuv420p", (bundle.width, height), spec.frames)
    if not spec.alpha:
        return pictures
    if bundle.background is None:
        raise BundleError(f"The avatar {bundle.id} is cut out but names no frame.background.")
    background = _background(bundle, bundle.background)
    return [_over(picture, background) for picture in pictures]


def _over(stacked: Frame, background: Frame) -> Frame:
    """A picture with its matte below → the person over the background."""
    luma, u, v = planes(stacked)
    half = len(luma) // 2
    colour = np.empty_like(background)
    for target, source in zip(planes(colour), (luma, u, v), strict=True):
        target[...] = source[: len(source) // 2]
    return overlay(colour, background, clean_matte(luma[half:]))


def _mask(bundle: Bundle) -> BlendMask:
    if bundle.mask is None:
        return BlendMask.from_luma(_feather(bundle.roi_size))
    grey = _decode(bundle, bundle.mask, "gray", (bundle.roi_size, bundle.roi_size), 1)[0]
    return BlendMask.from_luma(grey.astype(np.float32) / np.float32(255))


def _feather(size: int) -> NDArray[np.float32]:
    ramp = np.minimum(np.arange(size), np.arange(size)[::-1]) / _BORDER_PIXELS
    edge = np.clip(ramp, 0, 1).astype(np.float32)
    weights: NDArray[np.float32] = np.minimum(edge[:, None], edge[None, :])
    return weights


def _background(bundle: Bundle, name: str) -> Frame:
    """Converted by `core.colour`, as in training, so that the network meets the pixels it knows."""
    rgb = _decode(bundle, name, "rgb24", (bundle.width, bundle.height), 1)[0]
    return pack(rgb.transpose(2, 0, 1).astype(np.float32) / np.float32(255))


def _decode(
    bundle: Bundle, name: str, layout: str, size: tuple[int, int], count: int
) -> list[NDArray[np.uint8]]:
    """Exactly `count` pictures of `size` (width, height) from a file of the bundle."""
    label = str(bundle.path(name))
    pictures: list[NDArray[np.uint8]] = []
    try:
        with av.open(io.BytesIO(read_file(bundle, name)), "r") as container:
            for frame in container.decode(video=0):
                if (frame.width, frame.height) != size or len(pictures) == count:
                    break
                pictures.append(_pixels(frame, layout))
            else:
                if len(pictures) == count:
                    return pictures
    except (av.FFmpegError, IndexError) as error:
        raise BundleError(f"{label} is not a picture or video that FFmpeg reads.") from error
    raise BundleError(f"{label} does not hold {count} pictures of {size[0]}×{size[1]}.")


def _pixels(frame: VideoFrame, layout: str) -> NDArray[np.uint8]:
    if frame.format.name != layout:
        levels = "MPEG" if layout == "yuv420p" else "JPEG"  # frames are limited range, masks not
        frame = frame.reformat(format=layout, dst_colorspace="ITU601", dst_color_range=levels)
    return frame.to_ndarray().astype(np.uint8, copy=False)
