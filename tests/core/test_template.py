"""Template frames: a forward loop, shared and never written to."""

import numpy as np
import pytest

from visavis.core import template as module
from visavis.core.compositor import BlendMask, crop
from visavis.core.template import Template


def _template() -> Template:
    frames = tuple(np.full((72, 64), 128, np.uint8) for _ in range(5))
    for index, frame in enumerate(frames):
        frame[:48] = 60 + 10 * index
        frame.setflags(write=False)
    mask = BlendMask.from_luma(np.ones((16, 16), np.float32))
    return Template(frames, tuple((2 * i, 4) for i in range(5)), 16, mask)


def test_the_loop_goes_forward_for_ever() -> None:
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


def test_the_generators_view_cannot_be_written_to() -> None:
    with pytest.raises(ValueError, match="read-only"):
        _template().roi(0)[:] = 0


def test_the_roi_at_rest_pastes_back_as_nothing() -> None:
    template = _template()
    for index in range(5):
        same = template.speaking(index, template.roi(index), 1.0)
        np.testing.assert_array_equal(same, template.idle(index))


def test_rois_are_kept_within_the_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_ROI_CACHE_BYTES", 2 * 3 * 16 * 16 * 4)
    template = _template()
    first = template.roi(0)
    assert template.roi(0) is first
    template.roi(1), template.roi(2)
    assert template.roi(0) is not first
