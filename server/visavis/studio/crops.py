"""From rendered crops to training pairs: lay them into their frames, cut the window that moves.

The frames are those of the encoded clips, so that a finished avatar's painter can learn further
where only lower faces have been rendered.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from numpy.typing import NDArray

from visavis.core.colour import planes_to_rgb
from visavis.core.compositor import Frame, clean_matte, pack, planes
from visavis.core.compositor import crop as cut
from visavis.errors import StudioError
from visavis.studio import template
from visavis.studio.dataset import Box, Crop, Dataset
from visavis.studio.flow import CELL, Flow
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
    flow: NDArray[np.float16]  # [crops, 2, side / 2, side / 2], as in `flow`, pixels
    seen: NDArray[np.bool_]  # [crops, side / 2, side / 2], where the flow is known

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


def shown(crop: Bytes, box: Box, frame: Frame, background: Frame) -> Frame:
    """A template frame as shipped, with a render of the lower face [H, W, 4] in its place.

    Raises `StudioError` if the render is not as large as its box.
    """
    if crop.shape[:2] != (box.height, box.width):
        raise StudioError("A crop is not as large as its box: render the crops again.")
    place = slice(box.y, box.y + box.height), slice(box.x, box.x + box.width)
    whole = planes_to_rgb(planes(frame), clip=False)
    behind = planes_to_rgb(planes(background))[:, *place]
    matte = clean_matte(template.soften(crop[..., 3])).astype(np.float32) / np.float32(255)
    whole[:, *place] = behind + (template.bleed(crop) - behind) * matte
    return pack(whole)


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
        """A crop in its template frame, [3, side, side]."""
        frame = self._frames[crop.template]
        whole = shown(read_rgba(crop.path), crop.box, frame, self._background)
        return self._window(whole, crop.template)

    def flows(self, crops: Sequence[Crop]) -> tuple[NDArray[np.float16], NDArray[np.bool_]]:
        """Where the skin of crops lies at rest, and where that is known, as in `Pairs`.

        Raises `StudioError` if the mesh was not asked about one of them.
        """
        known = Flow.load(self.data.folder)
        f, cells = self.framing, self.framing.patch // CELL
        cut = []
        for crop in crops:
            x, y = template.roi_corner(self.data, crop.template, f.roi)
            corner = (x + f.left - MARGIN) // CELL, (y + f.top - MARGIN) // CELL
            cut.append(known.around(crop.number, corner, cells))
        return np.stack([flow for flow, _ in cut]), np.stack([seen for _, seen in cut])

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
        *cutter.flows(crops),
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
