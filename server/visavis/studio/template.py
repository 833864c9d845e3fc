"""The resting person as videos: colour on top, matte below, and the frames that come out of it.

Colour outside a render's matte is undefined. It is replaced by the colour of the nearest edge, so
neither chroma subsampling nor H.264 draws a dark rim around the person.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, cast

import numpy as np
import typer
from numpy.typing import NDArray

from visavis.core.colour import rgb_to_planes
from visavis.core.compositor import Frame, new_frame, pack, planes
from visavis.errors import StudioError
from visavis.studio.background import studio_wall
from visavis.studio.dataset import Box, Clip, Dataset
from visavis.studio.framing import MARGIN, Framing
from visavis.studio.pictures import Bytes
from visavis.studio.progress import tracked
from visavis.studio.template_video import decode, encode

Float32 = NDArray[np.float32]
TRUST_FROM, TRUST_RAMP = np.float32(0.9), np.float32(0.09)  # opacity; thinner edges are noisy
GREY = 128  # chroma of the matte half


def bleed(rgba: Bytes) -> Float32:
    """Straight-alpha RGBA [H, W, 4] → RGB [3, H, W] in [0, 1], edge colours extended outward."""
    level = rgba.astype(np.float32) / np.float32(255)
    colour = level[..., :3]
    trust: Float32 = np.clip((level[..., 3:] - TRUST_FROM) / TRUST_RAMP, 0, 1)
    return np.ascontiguousarray(_fill(colour * trust, trust).transpose(2, 0, 1))


def _fill(weighted: Float32, trust: Float32) -> Float32:
    """Push-pull: where trust is missing, take the colour of the next coarser level."""
    height, width = trust.shape[:2]
    if height % 2 or width % 2 or min(height, width) < 2:
        mean = weighted.sum((0, 1)) / max(float(trust.sum()), 1e-6)
        flat: Float32 = weighted + (1 - trust) * mean.astype(np.float32)
        return flat
    colour, share = _halve(weighted), _halve(trust)
    known: Float32 = np.minimum(share * np.float32(4), 1)  # one trusted pixel of four is enough
    mean = colour / np.maximum(share, np.float32(1e-6)) * known
    coarse = _fill(mean.astype(np.float32), known)
    filled: Float32 = weighted + (1 - trust) * coarse.repeat(2, 0).repeat(2, 1)
    return filled


def _halve(values: Float32) -> Float32:
    total = values[0::2, 0::2] + values[1::2, 0::2] + values[0::2, 1::2] + values[1::2, 1::2]
    return total * np.float32(0.25)


def soften(matte: Bytes) -> Bytes:
    """A matte [H, W] of few samples a pixel, binomially smoothed:
    single hairs that one sample hit and the next one missed do not sparkle."""
    near = np.pad(matte.astype(np.uint32), 1, mode="edge")
    near = near[:-2] + 2 * near[1:-1] + near[2:]
    near = near[:, :-2] + 2 * near[:, 1:-1] + near[:, 2:]
    smooth: Bytes = ((near + 8) // 16).astype(np.uint8)
    return smooth


def stack(rgba: Bytes) -> Frame:
    """One picture of the video: colour above, the matte as luma below."""
    height, width = rgba.shape[:2]
    both = new_frame(width, 2 * height)
    luma, u, v = planes(both)
    top = rgb_to_planes(bleed(rgba))
    luma[:height], luma[height:] = top[0], soften(rgba[..., 3])
    for chroma, source in ((u, top[1]), (v, top[2])):
        chroma[: height // 2], chroma[height // 2 :] = source, GREY
    return both


def to_float(pixels: Bytes) -> Float32:
    """A picture [H, W, 3] → RGB [3, H, W] in [0, 1]."""
    return pixels.transpose(2, 0, 1).astype(np.float32) / np.float32(255)


def background_frame(size: int) -> Frame:
    """The studio wall as a yuv420p frame."""
    return pack(to_float(studio_wall(size)))


def roi_corner(data: Dataset, index: int, roi: int) -> tuple[int, int]:
    """Top left corner of the ROI, centred on the crop box; even, as chroma needs."""
    box = data.box(index)
    corner = [
        2 * round((start + extent / 2 - roi / 2) / 2)
        for start, extent in ((box.x, box.width), (box.y, box.height))
    ]
    return cast("tuple[int, int]", tuple(int(np.clip(c, 0, data.size - roi)) for c in corner))


def clip_file(name: str) -> str:
    """The file of a clip in its bundle."""
    return f"{name}.mkv"


def painted_box(data: Dataset, clip: Clip, framing: Framing) -> Box:
    """What painters see of a clip's frames: the box around all their windows."""
    inset = np.array([framing.left, framing.top]) - MARGIN
    frames = range(clip.first, clip.first + clip.count)
    corners = np.array([roi_corner(data, index, framing.roi) for index in frames]) + inset
    x0, y0 = corners.min(0).clip(0, data.size).tolist()
    x1, y1 = (corners.max(0) + framing.patch).clip(0, data.size).tolist()
    return Box(x0, y0, x1 - x0, y1 - y0)


def build(data: Dataset, bundle: Path) -> None:
    """Encode every clip of the data set that the bundle lacks."""
    for clip in data.clips:
        path = bundle / clip_file(clip.name)
        if not path.exists():
            indices = tracked(range(clip.first, clip.first + clip.count), clip.name)
            pictures = (stack(data.template_rgba(index)) for index in indices)
            encode(pictures, path, painted_box(data, clip, Framing()))


def decode_all(clips: Iterable[Clip], bundle: Path, background: Frame) -> list[Frame]:
    """Every template frame as a viewer gets it, by index.

    Raises `StudioError` if a clip of the bundle has another length.
    """
    frames: list[Frame] = []
    for clip in clips:
        frames += decode(bundle / clip_file(clip.name), background)
        if len(frames) != clip.first + clip.count:
            raise StudioError(f"{clip.name} in {bundle} is outdated: delete it and encode again.")
    return frames


def main(
    data: Annotated[Path, typer.Argument(help="rendered data set")],
    bundle: Annotated[Path, typer.Argument(help="folder for the clips, e.g. models/nova")],
) -> None:
    """Encode the clips of the template that are not there yet."""
    build(Dataset(data), bundle)


if __name__ == "__main__":
    typer.run(main)
