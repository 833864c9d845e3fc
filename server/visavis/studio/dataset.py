"""A rendered data set on disk: template clips, lower-face crops and the articulation behind them.

Layout: `template.json`, `template/NNNN.webp`, `template/NNNN-lower.webp` with more samples,
`crops.json`, `crops/NNNN.webp`; PNG pictures may stand in for WebP.
"""

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from visavis.errors import StudioError
from visavis.studio.pictures import Bytes, read_rgba
from visavis.studio.visemes import TRACKS

Float32 = NDArray[np.float32]

CHANNELS = (*TRACKS, "tongueUp")  # what the networks speak in: 18 ARKit weights, raised tongue
IDLE = "idle"
SEAM = 8  # pixels over which a lower face passes into the whole one


@dataclass(frozen=True)
class Box:
    """Where a crop lies in its frame: pixels from the top left corner."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True)
class Clip:
    """A stretch of the template frames, played there and back."""

    name: str
    first: int
    count: int
    homes: tuple[int, ...]  # frames of the idle clip at which gestures leave and return


@dataclass(frozen=True)
class Crop:
    """One rendered lower face."""

    path: Path
    number: int
    template: int  # index into all template frames
    articulation: Float32  # [19], order of CHANNELS
    held_out: bool  # never shown to a painter in training
    box: Box


class Dataset:
    """Reader of one data folder."""

    def __init__(self, folder: Path) -> None:
        """Raises `StudioError` if there is no template."""
        self.folder = folder
        self.template = self._table("template")
        self.size = int(self.template["res"])  # pixels, frames are square

    @property
    def length(self) -> int:
        """Template frames of all clips together."""
        return int(self.template["frames"])

    @cached_property
    def clips(self) -> list[Clip]:
        """Idle first, then the gestures in order of their frames; each begins where one ends.

        Raises `StudioError` if they leave a gap.
        """
        clips = [
            Clip(name, int(c["first"]), int(c["count"]), tuple(c.get("homes", ())))
            for name, c in self.template["clips"].items()
        ]
        clips.sort(key=lambda clip: (clip.name != IDLE, clip.first))
        ends = np.cumsum([0, *(clip.count for clip in clips)]).tolist()
        if [clip.first for clip in clips] != ends[:-1] or ends[-1] != self.length:
            raise StudioError(f"The clips of {self.folder} do not follow each other: render again.")
        return clips

    def box(self, index: int) -> Box:
        """The lower face of a template frame."""
        return self._box(self.template["border_x0y0x1y1_bottom_up"][index])

    def _box(self, bottom_up: list[int]) -> Box:
        x0, y0, x1, y1 = bottom_up
        return Box(x0, self.size - y1, x1 - x0, y1 - y0)

    def template_rgba(self, index: int) -> Bytes:
        """Template frame [size, size, 4], with its lower face if that was rendered once more."""
        whole = read_rgba(self._picture(f"template/{index:04d}"))
        lower = self._picture(f"template/{index:04d}-lower")
        if lower.exists():
            box = self._box(self.template["lower_x0y0x1y1_bottom_up"][index])
            lay_in(whole, read_rgba(lower), box)
        return whole

    def crops(self) -> list[Crop]:
        """Every crop that is on disk by now, in the order of rendering."""
        crops = []
        for entry in self._table("crops"):
            path = self._picture(f"crops/{entry['id']:04d}")
            if path.exists():
                articulation = np.array(entry["articulation"], np.float32)
                held_out = entry["split"] != "train"
                number, template = int(entry["id"]), int(entry["template"])
                crop = Crop(path, number, template, articulation, held_out, self._box(entry["box"]))
                crops.append(crop)
        return crops

    def _table(self, name: str) -> Any:
        try:
            return json.loads((self.folder / f"{name}.json").read_text())
        except OSError as error:
            raise StudioError(f"{self.folder} has no {name}.json: render it first.") from error

    def _picture(self, name: str) -> Path:
        webp = self.folder / f"{name}.webp"
        return webp if webp.exists() else self.folder / f"{name}.png"


def lay_in(whole: Bytes, part: Bytes, box: Box) -> None:
    """Lay a picture of a box [H, W, 4] into the whole one, without a seam, in place.

    Raises `StudioError` if it is not as large as its box.
    """
    if part.shape[:2] != (box.height, box.width):
        raise StudioError("A lower face is not as large as its box: render it again.")
    ramps = [
        np.minimum(1, (1 + np.minimum(np.arange(side), np.arange(side)[::-1])) / SEAM)
        for side in (box.height, box.width)
    ]
    share = (ramps[0][:, None] * ramps[1])[..., None]
    place = whole[box.y : box.y + box.height, box.x : box.x + box.width]
    place[...] = np.rint(place + share * (part.astype(np.float32) - place))
