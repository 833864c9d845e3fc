"""From rendered crops to training pairs: align, composite, cut the window that moves.

A renderer rounds its border, so a crop may be one pixel larger or smaller than its box, on either
side. The parts of the face that speech does not move tell where the crop belongs.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from numpy.typing import NDArray

from visavis.core.colour import planes_to_rgb
from visavis.core.compositor import Frame, clean_matte, overlay, pack
from visavis.errors import StudioError
from visavis.studio import template
from visavis.studio.dataset import Box, Crop, Dataset
from visavis.studio.pictures import Bytes, read_rgba
from visavis.studio.progress import tracked

Float32 = NDArray[np.float32]
STILL_ROWS = 70  # top rows of a crop: nose and cheeks, which speech hardly moves
REACH = 2  # pixels that the search looks to each side
TOP, LEFT, WINDOW = 56, 40, 144  # the part of the ROI that speech moves, pixels
MARGIN = 4  # pixels kept around the window, so that training can shift it


@dataclass(frozen=True)
class Pairs:
    """What the generator learns from; the side of a patch is WINDOW + 2·MARGIN pixels."""

    templates: Bytes  # [loop, 3, side, side], RGB
    targets: Bytes  # [crops, 3, side, side], RGB
    articulation: Float32  # [crops, 19]
    index: NDArray[np.int64]  # [crops] template frame of each crop
    clip: NDArray[np.int64]  # [crops]
    frame: NDArray[np.int64]  # [crops] frame within the clip

    def save(self, path: Path) -> None:
        """Write as uncompressed npz."""
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_name(f"part-{path.name}")
        np.savez(beside, **vars(self))
        beside.replace(path)

    @classmethod
    def load(cls, path: Path) -> "Pairs":
        """Read what `save` wrote."""
        with np.load(path, allow_pickle=False) as arrays:
            return cls(**arrays)


def align(crop: Bytes, full: Bytes, box: Box) -> tuple[int, int]:
    """The crop's true corner (x, y) in its frame; both pictures are RGBA.

    Raises:
        StudioError: no position within REACH pixels of the box holds the whole crop.
    """
    height, width = crop.shape[:2]
    still = _premultiplied(crop[:STILL_ROWS])
    field = _premultiplied(full)
    best = (np.inf, 0, 0)
    for y in range(box.y - REACH, box.y + REACH + 1):
        for x in range(box.x - REACH, box.x + REACH + 1):
            if min(x, y) < 0 or x + width > full.shape[1] or y + height > full.shape[0]:
                continue
            difference = np.abs(field[y : y + len(still), x : x + width] - still).mean()
            best = min(best, (float(difference), x, y))
    if not np.isfinite(best[0]):
        raise StudioError("A crop does not fit its template frame: render the crops again.")
    return best[1], best[2]


def _premultiplied(rgba: Bytes) -> Float32:
    colour = rgba[..., :3].astype(np.float32) * (rgba[..., 3:].astype(np.float32) / 255)
    return np.concatenate((colour, rgba[..., 3:].astype(np.float32)), -1)


def paste_crop(full: Bytes, crop: Bytes, corner: tuple[int, int]) -> Bytes:
    """The template frame with the crop in its place, RGBA."""
    x, y = corner
    result = full.copy()
    result[y : y + crop.shape[0], x : x + crop.shape[1]] = crop
    return result


def window_rgb(frame: Frame, corner: tuple[int, int]) -> Bytes:
    """The moving window, with its margin, of the ROI at `corner`: RGB [3, side, side]."""
    roi = planes_to_rgb(template.roi_planes(frame, corner))
    rows = slice(TOP - MARGIN, TOP + WINDOW + MARGIN)
    columns = slice(LEFT - MARGIN, LEFT + WINDOW + MARGIN)
    return np.rint(roi[:, rows, columns] * 255).astype(np.uint8)


def composite(rgba: Bytes, background: Frame) -> Frame:
    """A render over the background, by the same steps as the frames that ship."""
    colour = pack(template.bleed(rgba))
    return overlay(colour, background, clean_matte(rgba[..., 3]))


def prepare(folders: list[Path], idle: Path) -> Pairs:
    """Decode the shipped loop and pair it with every crop of the data sets.

    `idle` is the encoded template of the first folder; the others share its loop.
    """
    first = Dataset(folders[0])
    background = template.background_frame(first.size)
    loop = template.decode(idle, background)
    corners = [template.roi_corner(first, index) for index in range(len(loop))]
    full = [first.template_rgba(index) for index in range(len(loop))]
    crops = [(data, crop) for data in map(Dataset, folders) for crop in data.crops]

    def target(data: Dataset, crop: Crop) -> Bytes:
        picture = read_rgba(crop.path)
        corner = align(picture, full[crop.template], data.box(crop.template))
        whole = paste_crop(full[crop.template], picture, corner)
        return window_rgb(composite(whole, background), corners[crop.template])

    return Pairs(
        np.stack([window_rgb(f, c) for f, c in zip(loop, corners, strict=True)]),
        np.stack([target(data, crop) for data, crop in tracked(crops, "crops")]),
        np.stack([crop.articulation for _, crop in crops]),
        np.array([crop.template for _, crop in crops]),
        np.array([crop.clip for _, crop in crops]),
        np.array([crop.frame for _, crop in crops]),
    )


def main(
    idle: Annotated[Path, typer.Argument(help="encoded template, idle.mkv")],
    out: Annotated[Path, typer.Argument(help="npz file to write")],
    data: Annotated[list[Path], typer.Option(help="rendered data set; may be given again")],
) -> None:
    """Build the generator's training pairs."""
    pairs = prepare(data, idle)
    pairs.save(out)
    typer.echo(f"{len(pairs.targets)} pairs of {len(set(pairs.clip.tolist()))} clips in {out}")


if __name__ == "__main__":
    typer.run(main)
