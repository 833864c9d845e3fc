"""A person's clips without their pictures: which there are, and where the mouth is.

A rendered data set tells it, and so does a finished avatar: networks can be taught further and put
in again where nothing has been rendered.
"""

from dataclasses import dataclass
from pathlib import Path

from visavis.core.bundle import DESCRIPTION, read_bundle
from visavis.errors import StudioError
from visavis.studio.dataset import Clip, Dataset
from visavis.studio.template import roi_corner


@dataclass(frozen=True)
class Outline:
    """Frames are `size` pixels square; `corners` are the top left ones of the ROI, per frame."""

    size: int
    roi: int
    clips: tuple[Clip, ...]  # idle first, each begins where one ends
    corners: tuple[tuple[int, int], ...]

    @classmethod
    def read(cls, folder: Path, roi: int) -> "Outline":
        """Of a rendered data set or a bundle; StudioError if the bundle's ROI is another."""
        if (folder / DESCRIPTION).exists():
            return cls._of_bundle(folder, roi)
        return cls.of(Dataset(folder), roi)

    @classmethod
    def of(cls, data: Dataset, roi: int) -> "Outline":
        """Of a rendered data set."""
        corners = tuple(roi_corner(data, index, roi) for index in range(data.length))
        return cls(data.size, roi, tuple(data.clips), corners)

    @classmethod
    def _of_bundle(cls, folder: Path, roi: int) -> "Outline":
        bundle = read_bundle(folder)
        if bundle.roi_size != roi:
            raise StudioError(f"{folder} has an ROI of {bundle.roi_size} pixels, not of {roi}.")
        clips: list[Clip] = []
        corners: list[tuple[int, int]] = []
        for clip in bundle.clips.values():
            clips.append(Clip(clip.name, len(corners), clip.frames, clip.homes))
            corners += clip.roi
        return cls(bundle.width, roi, tuple(clips), tuple(corners))
