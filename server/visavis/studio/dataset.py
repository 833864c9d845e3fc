"""A rendered data set on disk: template loop, lower-face crops and the articulation behind them.

Layout: `template.json`, `template/NNNN.webp`, `frames.json`, `crops/CC_KKKK.webp`, `speech/CC.wav`;
PNG pictures may stand in for WebP.
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
HELD_OUT_CLIPS = (5, 11, 28)  # never shown to the generator


@dataclass(frozen=True)
class Box:
    """Where a crop lies in its frame: pixels from the top left corner."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True)
class Crop:
    """One rendered lower face."""

    path: Path
    clip: int
    frame: int
    template: int  # index into the template loop
    articulation: Float32  # [19], order of CHANNELS


def articulation(meta: dict[str, Any]) -> Float32:
    """The weights of one clip as [frames, 19]; StudioError if its names are not ours."""
    if tuple(meta["names"]) != TRACKS:
        raise StudioError(f"Clip {meta['id']} names other articulation weights than {TRACKS}.")
    tongue = np.asarray(meta["tongue_up"], np.float32)[:, None]
    return np.concatenate((np.asarray(meta["weights"], np.float32), tongue), 1)


class Dataset:
    """Reader of one data folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        try:
            self.template = json.loads((folder / "template.json").read_text())
            clips = json.loads((folder / "frames.json").read_text())
        except OSError as error:
            raise StudioError(f"{folder} is no data set: render one there first.") from error
        self.clips: dict[int, dict[str, Any]] = {int(clip["id"]): clip for clip in clips}
        self.size = int(self.template["res"])  # pixels, frames are square

    @property
    def length(self) -> int:
        """Frames in the template loop."""
        return int(self.template["loop"])

    def box(self, index: int) -> Box:
        """The nominal crop box of a template frame."""
        x0, y0, x1, y1 = self.template["border_x0y0x1y1_bottom_up"][index]
        return Box(x0, self.size - y1, x1 - x0, y1 - y0)

    def template_rgba(self, index: int) -> Bytes:
        """Template frame [size, size, 4]."""
        return read_rgba(self._picture(f"template/{index:04d}"))

    @cached_property
    def crops(self) -> list[Crop]:
        """Every crop that is on disk, ordered by clip and frame."""
        paths = sorted(
            p for p in (self.folder / "crops").iterdir() if p.suffix in (".webp", ".png")
        )
        weights = {number: articulation(clip) for number, clip in self.clips.items()}
        crops = []
        for path in paths:
            clip, frame = (int(part) for part in path.stem.split("_"))
            template = self.clips[clip]["template_index"][frame]
            crops.append(Crop(path, clip, frame, template, weights[clip][frame]))
        return crops

    def wav(self, clip: int) -> Path:
        """The speech of one clip, 16 kHz mono."""
        return self.folder / "speech" / f"{clip:02d}.wav"

    def _picture(self, name: str) -> Path:
        webp = self.folder / f"{name}.webp"
        return webp if webp.exists() else self.folder / f"{name}.png"
