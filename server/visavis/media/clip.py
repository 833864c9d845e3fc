"""Template clips and pictures of a bundle: decoded once, checked against what it says."""

import io
from collections.abc import Iterator, Sequence

import av
import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from visavis.core.bundle import Bundle
from visavis.core.bundlefile import read_file
from visavis.core.choreography import Course, Repertoire
from visavis.core.clipspec import IDLE, ClipSpec
from visavis.core.compositor import BlendMask, Frame, clean_matte, new_frame, overlay, pack, planes
from visavis.core.cutout import stack
from visavis.core.template import Template
from visavis.errors import BundleError

_BORDER_PIXELS = 6  # of the feather where a bundle brings no mask
_ROOM = 4  # a decoder may need more than the picture's own pixels, but not as many as a bomb has


def load_template(bundle: Bundle) -> Template:
    """Decode every clip, put its person over the background, and bind the ROI.

    Raises `BundleError` if a file is damaged or does not fit the description.
    """
    specs = _idle_first(bundle)
    background = _background(bundle) if any(spec.alpha for spec in specs) else None
    frames = [frame for spec in specs for frame in _decode_clip(bundle, spec, background)]
    for frame in frames:
        frame.setflags(write=False)
    return still_template(bundle, frames)


def still_template(bundle: Bundle, frames: Sequence[Frame]) -> Template:
    """The template of frames that are decoded. Raises `BundleError` if the mask is damaged."""
    corners = tuple(corner for spec in _idle_first(bundle) for corner in spec.roi)
    return Template(tuple(frames), corners, bundle.roi_size, _mask(bundle), repertoire(bundle))


def frame_count(bundle: Bundle) -> int:
    """Frames of all clips together."""
    return sum(spec.frames for spec in _idle_first(bundle))


def load_cut_out(bundle: Bundle) -> Template:
    """The same avatar without its background, for viewers who lay it over something else: frames of
    twice the height, the colour above and the matte below; see `core.cutout`.

    Corners, mask and repertoire are those of the template, so both speak with the same mouth.
    Raises `BundleError` if a file is damaged or does not fit the description.
    """
    frames: list[Frame] = []
    for spec in _idle_first(bundle):
        height = bundle.height * (2 if spec.alpha else 1)
        for picture in _decode(bundle, spec.file, "yuv420p", (bundle.width, height), spec.frames):
            frames.append(stack(*(_halves(picture) if spec.alpha else (picture, None))))
            frames[-1].setflags(write=False)
    corners = tuple(corner for spec in _idle_first(bundle) for corner in spec.roi)
    return Template(tuple(frames), corners, bundle.roi_size, _mask(bundle), repertoire(bundle))


def repertoire(bundle: Bundle) -> Repertoire:
    """The clips as stretches of the template, whose numbers run through all of them."""
    courses: dict[str, Course] = {}
    first = 0
    for spec in _idle_first(bundle):
        courses[spec.name] = spec.course(first)
        first += spec.frames
    idle = courses.pop(IDLE)
    return Repertoire(idle, frozenset(bundle.clips[IDLE].homes), courses)


def _idle_first(bundle: Bundle) -> list[ClipSpec]:
    return [bundle.clips[name] for name in (IDLE, *bundle.gestures)]


def _decode_clip(bundle: Bundle, spec: ClipSpec, background: Frame | None) -> Iterator[Frame]:
    height = bundle.height * (2 if spec.alpha else 1)
    pictures = _decode(bundle, spec.file, "yuv420p", (bundle.width, height), spec.frames)
    for picture in pictures:
        yield _over(picture, background) if spec.alpha and background is not None else picture


def _over(stacked: Frame, background: Frame) -> Frame:
    """A picture with its matte below → the person over the background."""
    colour, matte = _halves(stacked)
    return overlay(colour, background, matte)


def _halves(stacked: Frame) -> tuple[Frame, NDArray[np.uint8]]:
    """A picture with its matte below → the colour as a frame, and the clean matte [H, W]."""
    above = planes(stacked)
    height, width = len(above[0]) // 2, stacked.shape[1]
    colour = new_frame(width, height)
    for target, source in zip(planes(colour), above, strict=True):
        target[...] = source[: len(source) // 2]
    return colour, clean_matte(above[0][height:])


def _mask(bundle: Bundle) -> BlendMask:
    if bundle.mask is None:
        return BlendMask.from_luma(_feather(bundle.roi_size))
    (grey,) = _decode(bundle, bundle.mask, "gray", (bundle.roi_size, bundle.roi_size), 1)
    return BlendMask.from_luma(grey.astype(np.float32) / np.float32(255))


def _feather(size: int) -> NDArray[np.float32]:
    ramp = np.minimum(np.arange(size), np.arange(size)[::-1]) / _BORDER_PIXELS
    edge = np.clip(ramp, 0, 1).astype(np.float32)
    weights: NDArray[np.float32] = np.minimum(edge[:, None], edge[None, :])
    return weights


def _background(bundle: Bundle) -> Frame:
    """Converted by `core.colour`, as in training, so that the network meets the pixels it knows."""
    if bundle.background is None:
        raise BundleError(f"The avatar {bundle.id} is cut out but names no frame.background.")
    size = (bundle.width, bundle.height)
    (rgb,) = _decode(bundle, bundle.background, "rgb24", size, 1)
    return pack(rgb.transpose(2, 0, 1).astype(np.float32) / np.float32(255))


def _decode(
    bundle: Bundle, name: str, layout: str, size: tuple[int, int], count: int
) -> Iterator[NDArray[np.uint8]]:
    """Exactly `count` pictures of `size` (width, height) from a file of the bundle, one by one:
    a clip with its mattes takes three times the memory of its frames."""
    label, taken = str(bundle.path(name)), 0
    bound = {"max_pixels": str(_ROOM * size[0] * size[1])}
    try:
        source = io.BytesIO(read_file(bundle, name))
        with av.open(source, "r", options=bound) as container:
            container.streams.video[0].codec_context.options = bound
            container.streams.video[0].thread_type = "AUTO"
            for frame in container.decode(video=0):
                taken += 1
                if (frame.width, frame.height) != size or taken > count:
                    taken = -1
                    break
                yield _pixels(frame, layout)
    except (av.FFmpegError, IndexError) as error:
        raise BundleError(f"{label} is not a picture or video that FFmpeg reads.") from error
    if taken != count:
        raise BundleError(f"{label} does not hold {count} pictures of {size[0]}×{size[1]}.")


def _pixels(frame: VideoFrame, layout: str) -> NDArray[np.uint8]:
    if frame.format.name != layout:
        levels = "MPEG" if layout == "yuv420p" else "JPEG"  # frames are limited range, masks not
        frame = frame.reformat(format=layout, dst_colorspace="ITU601", dst_color_range=levels)
    return frame.to_ndarray().astype(np.uint8, copy=False)
