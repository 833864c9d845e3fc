"""Template frames: shown in the order of the idle clip, shared and never written to."""

import numpy as np
import pytest

from visavis.core.choreography import Course, Repertoire
from visavis.core.compositor import BlendMask, crop
from visavis.core.template import Template


def _template() -> Template:
    frames = tuple(np.full((72, 64), 128, np.uint8) for _ in range(5))
    for index, frame in enumerate(frames):
        frame[:48] = 60 + 10 * index
        frame.setflags(write=False)
    mask = BlendMask.from_luma(np.ones((16, 16), np.float32))
    idle = Repertoire(Course(0, 5))
    return Template(frames, tuple((2 * i, 4) for i in range(5)), 16, mask, idle)


def test_the_idle_clip_goes_on_for_ever() -> None:
    template = _template()
    assert [template.index(frame) for frame in (0, 4, 5, 12, 10**9)] == [0, 4, 0, 2, 0]


@pytest.mark.parametrize(("frame", "index"), [(-1, 4), (-3, 2), (-7, 3)])
def test_before_the_start_it_is_the_same_loop(frame: int, index: int) -> None:
    assert _template().index(frame) == index


def test_speaking_makes_a_new_frame_at_the_right_place() -> None:
    template = _template()
    before = template.idle(3).copy()
    spoken = template.speaking(3, np.ones((3, 16, 16), np.float32), 1.0)
    np.testing.assert_array_equal(template.idle(3), before)
    assert set(crop(spoken, 6, 4, 16)[0].ravel().tolist()) == {235}
    assert np.count_nonzero(spoken != before) == 16 * 16


def test_the_roi_at_rest_pastes_back_as_nothing() -> None:
    template = _template()
    for index in range(5):
        same = template.speaking(index, template.roi(index), 1.0)
        np.testing.assert_array_equal(same, template.idle(index))
