import numpy as np
from numpy.typing import NDArray

from visavis.core.compositor import new_frame, planes
from visavis.studio.framing import Framing
from visavis.studio.quiet import quiet_points
from visavis.studio.reader import Place

FRAMING = Framing(roi=128, window=96, top=16, left=16)
PLACE = Place(0, 0, 128)


def face(moved: float) -> NDArray[np.uint8]:
    """Waves whose lower half is moved to the right."""
    rows, columns = np.mgrid[0:128, 0:128].astype(float)
    x = columns - moved * (rows > 64)
    frame = new_frame(128, 128)
    frame[:] = 128
    planes(frame)[0][:] = np.rint(120 + 40 * np.sin(x / 4) + 40 * np.cos(rows / 5)).astype(np.uint8)
    return frame


def test_places_that_move_are_told_from_places_that_do_not() -> None:
    sights = [(face(move), face(0), PLACE) for move in (-0.6, 0.5, 0.7)]
    quiet = quiet_points(FRAMING, sights)
    assert len(quiet.static)
    assert quiet.static[:, 1].max() <= 64
    assert quiet.near[:, 1].min() > 40
    assert quiet.static_px < 0.25


def test_a_blank_wall_has_no_place_to_watch() -> None:
    blank = face(0)
    blank[:] = 128
    quiet = quiet_points(FRAMING, [(blank, blank, PLACE)])
    assert len(quiet.static) == len(quiet.near) == 0
