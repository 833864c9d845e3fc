from pathlib import Path

import numpy as np

from visavis.avatars import Avatar
from visavis.core.compositor import new_frame
from visavis.studio.likeness import colours, compared, likeness
from visavis.studio.reader import Place
from visavis.studio.truth import Truth, person_folder


def test_a_wrong_mouth_costs_more_in_the_mouth_than_in_the_whole() -> None:
    true = np.full((3, 64, 64), 0.5, np.float32)
    made = true.copy()
    made[:, 25:40, 20:44] = 0.9
    error, like, mouth_error, mouth_like = compared(made, true)
    assert mouth_error > 1.5 * error > 0
    assert mouth_like < like < 1


def test_a_grey_frame_is_grey() -> None:
    frame = new_frame(32, 32)
    frame[:] = 128
    rgb = colours(frame, Place(4, 4, 16))
    assert rgb.shape == (3, 16, 16)
    assert float(np.ptp(rgb)) < 0.01


def test_another_kind_of_generator_is_not_judged(lamp: Avatar, lamp_exam: Path) -> None:
    folder = person_folder(lamp_exam, "lamp")
    assert set(likeness(lamp, Truth.load(folder), folder).values()) == {None}
