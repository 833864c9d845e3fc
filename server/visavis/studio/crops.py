"""From rendered crops to training pairs: paste, composite, cut the window that moves."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from numpy.typing import NDArray

from visavis.core.colour import planes_to_rgb
from visavis.core.compositor import Frame, clean_matte, overlay, pack
from visavis.core.compositor import crop as cut
from visavis.errors import StudioError
from visavis.studio import template
from visavis.studio.dataset import Box, Crop, Dataset
from visavis.studio.framing import MARGIN, Framing
from visavis.studio.pictures import Bytes, read_rgba
from visavis.studio.progress import tracked

Float32 = NDArray[np.float32]


@dataclass(frozen=True)
class Pairs:
    """What the painter learns from; the side of a patch is that of the framing."""

    framing: NDArray[np.int64]  # as `Framing.numbers`
    templates: Bytes  # [frames, 3, side, side], RGB
    targets: Bytes  # [crops, 3, side, side], RGB
    articulation: Float32  # [crops, 19]
    index: NDArray[np.int64]  # [crops] template frame of each crop
    number: NDArray[np.int64]  # [crops] which crop of the data set
    held_out: NDArray[np.bool_]  # [crops]

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


def paste_crop(full: Bytes, crop: Bytes, box: Box) -> Bytes:
    """The template frame with the crop in its place, RGBA; StudioError if it does not fit."""
    if crop.shape[:2] != (box.height, box.width):
        raise StudioError("A crop is not as large as its box: render the crops again.")
    result = full.copy()
    result[box.y : box.y + box.height, box.x : box.x + box.width] = crop
    return result


def composite(rgba: Bytes, background: Frame) -> Frame:
    """A render over the background, by the same steps as the frames that ship."""
    colour = pack(template.bleed(rgba))
    return overlay(colour, background, clean_matte(template.soften(rgba[..., 3])))


class Cutter:
    """One data set and its encoded template: patches of the window, with its margin."""

    def __init__(self, data: Dataset, bundle: Path, framing: Framing) -> None:
        self.data, self.framing = data, framing
        self._background = template.background_frame(data.size)
        self._frames = template.decode_all(data.clips, bundle, self._background)

    def templates(self) -> Bytes:
        """The resting person as shipped, [frames, 3, side, side]."""
        return np.stack([self._window(frame, index) for index, frame in enumerate(self._frames)])

    def target(self, crop: Crop) -> Bytes:
        """A crop pasted into its template frame, [3, side, side]."""
        full = self.data.template_rgba(crop.template)
        whole = paste_crop(full, read_rgba(crop.path), crop.box)
        return self._window(composite(whole, self._background), crop.template)

    def _window(self, frame: Frame, index: int) -> Bytes:
        corner = template.roi_corner(self.data, index, self.framing.roi)
        roi = planes_to_rgb(cut(frame, corner[0], corner[1], self.framing.roi))
        patch: Bytes = np.rint(self.framing.inside(roi, MARGIN) * 255).astype(np.uint8)
        return patch


def prepare(cutter: Cutter, known: Pairs | None = None) -> Pairs:
    """Pair the shipped template with every crop on disk; targets that `known` holds are kept."""
    crops = cutter.data.crops()
    kept: dict[int, Bytes] = {}
    if known is not None and (known.framing == cutter.framing.numbers()).all():
        kept = dict(zip(known.number.tolist(), known.targets, strict=True))
    targets = [
        kept[crop.number] if crop.number in kept else cutter.target(crop)
        for crop in tracked(crops, "crops")
    ]
    return Pairs(
        cutter.framing.numbers(),
        cutter.templates(),
        np.stack(targets),
        np.stack([crop.articulation for crop in crops]),
        np.array([crop.template for crop in crops]),
        np.array([crop.number for crop in crops]),
        np.array([crop.held_out for crop in crops]),
    )


def main(
    data: Annotated[Path, typer.Argument(help="rendered data set")],
    bundle: Annotated[Path, typer.Argument(help="folder of the encoded clips")],
    out: Annotated[Path, typer.Argument(help="npz file to write, or to add new crops to")],
) -> None:
    """Build the painter's training pairs."""
    known = Pairs.load(out) if out.exists() else None
    pairs = prepare(Cutter(Dataset(data), bundle, Framing()), known)
    pairs.save(out)
    typer.echo(f"{len(pairs.targets)} pairs, {pairs.held_out.sum()} held out, in {out}")


if __name__ == "__main__":
    typer.run(main)
