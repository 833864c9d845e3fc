from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from visavis.avatars import Avatar
from visavis.core.compositor import Frame
from visavis.errors import StudioError
from visavis.studio.player import Player
from visavis.studio.reader import Place, Reader
from visavis.studio.truth import Truth, person_folder
from visavis.studio.watching import Watcher, load_watcher


class Counter:
    """A meter that counts."""

    def __init__(self) -> None:
        self.frames: list[tuple[Frame, Frame, Place]] = []

    def add(self, shown: Frame, resting: Frame, place: Place) -> None:
        self.frames.append((shown, resting, place))


def test_every_frame_is_read_measured_and_told(lamp: Avatar, lamp_exam: Path) -> None:
    ticks: list[int] = []
    watcher = load_watcher(Player(lamp), person_folder(lamp_exam, "lamp"), ticks.append)
    meter = Counter()
    read = watcher.watch(np.zeros(6 * 640, np.float32), range(6), [meter])
    assert read.shape == (6, 2)
    assert sum(ticks) == len(meter.frames) == 6
    assert abs(read).max() < 0.2
    assert all(shown is resting for shown, resting, _ in meter.frames)
    assert meter.frames[0][2] == Place(0, 0, 240)


def test_a_truth_of_another_picture_is_refused(lamp: Avatar, lamp_exam: Path) -> None:
    folder = person_folder(lamp_exam, "lamp")
    other = replace(Truth.load(folder), size=np.array(640))
    with pytest.raises(StudioError, match="another picture"):
        Watcher(Player(lamp), other, Reader.load(folder / "reader.npz"), lambda _: None)
