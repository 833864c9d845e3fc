"""What one person's mouth truly does in the held-out sentences, and how it truly looks.

`people/<person>/` of the held-out folder holds `truth.npz`, `reader.npz`, `crops.mkv` (rendered
mouths that no painter learnt from, lossless) and `clips.mkv` (rendered sentences, to be watched).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from visavis.core.compositor import Frame
from visavis.errors import StudioError
from visavis.studio.heldout import Sentence
from visavis.studio.reader import Place

Float32 = NDArray[np.float32]
Int64 = NDArray[np.int64]
PEOPLE = "people"


@dataclass(frozen=True)
class Truth:
    """All arrays of `truth.npz`; openings and widths in pixels of a frame of `size` pixels."""

    size: Int64  # []
    roi: Int64  # [], side of the ROI
    corners: Int64  # [frames, 2], x and y of the ROI per template frame
    window: Int64  # [3], top, left and side of the rendered pictures in the ROI
    path: Int64  # [total] template frame, all sentences one after the other
    opening: Float32  # [total]
    width: Float32  # [total], beyond that of the resting mouth
    static: Int64  # [points, 2], x and y in the ROI of places that speech does not move
    near: Int64  # [points, 2], the same, where it moves a little
    static_px: Float32  # [], how far the renders move at the static places
    crop_template: Int64  # [crops]
    crop_articulation: Float32  # [crops, 19]
    clip_sentence: Int64  # [clip frames]
    clip_frame: Int64  # [clip frames]
    clip_template: Int64  # [clip frames]

    @classmethod
    def load(cls, folder: Path) -> "Truth":
        """Read `truth.npz` of a person. Raises `StudioError` if it is not there."""
        try:
            with np.load(folder / "truth.npz", allow_pickle=False) as arrays:
                return cls(**{name: arrays[name] for name in arrays.files})
        except OSError as error:
            raise StudioError(f"There is no truth in {folder}: build it first.") from error

    def save(self, folder: Path) -> None:
        """Write `truth.npz`."""
        folder.mkdir(parents=True, exist_ok=True)
        beside = folder / "part-truth.npz"
        np.savez_compressed(beside, allow_pickle=False, **vars(self))
        beside.replace(folder / "truth.npz")

    def place(self, index: int) -> Place:
        """The ROI in a template frame."""
        x, y = self.corners[index].tolist()
        return Place(x, y, int(self.roi))

    def picture_place(self, index: int) -> Place:
        """The rendered picture in a template frame."""
        top, left, side = self.window.tolist()
        x, y = self.corners[index].tolist()
        return Place(x + left, y + top, side)

    def spans(self, sentences: Sequence[Sentence]) -> list[slice]:
        """Where each sentence lies in `path`, `opening` and `width`.

        Raises `StudioError` if the sentences are others than the truth was made for.
        """
        ends = np.cumsum([0, *(s.frames for s in sentences)]).tolist()
        if ends[-1] != len(self.path):
            raise StudioError("The sentences are newer than the truth: build the truth again.")
        return [slice(a, b) for a, b in pairwise(ends)]


def person_folder(heldout: Path, avatar: str) -> Path:
    """The truth of an avatar: its own, or that of the person before the last dash of its id.

    Raises `StudioError` if there is none.
    """
    for name in (avatar, avatar.rpartition("-")[0]):
        if name and (heldout / PEOPLE / name).is_dir():
            return heldout / PEOPLE / name
    raise StudioError(f"{heldout} knows no person {avatar}: build the truth, see docs/avatars.md.")


def pictures(path: Path) -> list[Frame]:
    """The yuv420p pictures of a video; none if it is not there."""
    if not path.exists():
        return []
    with av.open(str(path)) as container:
        return [
            frame.to_ndarray(format="yuv420p").astype(np.uint8, copy=False)
            for frame in container.decode(video=0)
        ]
