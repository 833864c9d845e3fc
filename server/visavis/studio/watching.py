"""Watch an avatar speak: read its mouth frame by frame, and show each frame to what measures it."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from visavis.core.compositor import Frame
from visavis.errors import StudioError
from visavis.studio.gape import GAPE_SIDE, SHUT_PX
from visavis.studio.player import Player
from visavis.studio.reader import Place, Reader, patch
from visavis.studio.truth import Truth

Float32 = NDArray[np.float32]
Tick = Callable[[int], None]


class Meter(Protocol):
    """Something that measures frames as they go by."""

    def add(self, shown: Frame, resting: Frame, place: Place) -> None:
        """Take a frame, its resting template frame and where the ROI lies in both."""


class Watcher:
    """A player, and eyes that know its person."""

    def __init__(self, player: Player, truth: Truth, reader: Reader, tick: Tick) -> None:
        """`tick` is told of frames as they are done. Raises `StudioError` if the truth is of
        another picture."""
        bundle, frames = player.avatar.bundle, len(player.avatar.template.frames)
        if bundle.width != int(truth.size) or frames < int(truth.path.max()) + 1:
            raise StudioError(
                f"The truth was rendered for another picture than that of {bundle.id}: "
                "build the held-out truth from the data set of this bundle."
            )
        self.player, self.truth, self._reader, self._tick = player, truth, reader, tick
        self._resting: dict[int, Float32] = {}

    @property
    def shut_px(self) -> float:
        """Opening up to which lips count as shut."""
        return SHUT_PX * int(self.truth.size) / GAPE_SIDE

    def watch(
        self,
        pcm: Float32,
        path: Sequence[int],
        meters: Sequence[Meter] = (),
        gated: bool = True,
    ) -> Float32:
        """Opening and change of width [frames, 2] in pixels while the avatar speaks `pcm`."""
        seen: list[Float32] = []
        for index, shown in zip(path, self.player.speak(pcm, path, gated), strict=True):
            resting = self.player.resting(index)
            seen.append(self._difference(shown, resting, index))
            for meter in meters:
                meter.add(shown, resting, self.truth.place(index))
            self._tick(1)
        return self._reader.read(np.stack(seen))

    def _difference(self, shown: Frame, resting: Frame, index: int) -> Float32:
        place = self.truth.place(index)
        if index not in self._resting:
            self._resting[index] = patch(resting, place)
        return patch(shown, place) - self._resting[index]


def load_watcher(player: Player, folder: Path, tick: Tick) -> Watcher:
    """Eyes for the person whose truth lies in `folder`. Raises `StudioError`."""
    return Watcher(player, Truth.load(folder), Reader.load(folder / "reader.npz"), tick)
