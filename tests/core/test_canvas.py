"""A stream's frames: right, left alone while somebody holds them, and without new memory."""

import tracemalloc

import numpy as np

from visavis.core.canvas import Canvas
from visavis.core.choreography import Course, Repertoire
from visavis.core.compositor import BlendMask, crop
from visavis.core.region import Region
from visavis.core.template import Template

WINDOW = Region(0, 0, 16, 16)
SPOKEN = np.full(WINDOW.planes_bytes, 200, np.uint8)


def _template(height: int = 48, width: int = 64) -> Template:
    frames = tuple(np.full((height * 3 // 2, width), 60 + i, np.uint8) for i in range(5))
    mask = BlendMask.from_luma(np.ones((16, 16), np.float32))
    corners = tuple((2 * i, 4) for i in range(5))
    return Template(frames, corners, 16, mask, Repertoire(Course(0, 5)))


def test_a_mouth_lies_where_the_template_frame_has_it() -> None:
    template = _template()
    frame = Canvas(template, WINDOW).speaking(3, SPOKEN, 1.0)
    for plane in crop(frame, 6, 4, 16):
        assert (plane == 200).all()
    assert np.count_nonzero(frame == 63) == frame.size - WINDOW.planes_bytes
    assert (template.frames[3] == 63).all()


def test_at_rest_the_template_itself_is_shown() -> None:
    template = _template()
    assert Canvas(template, WINDOW).idle(2) is template.frames[2]


def test_a_frame_stays_as_it_is_while_somebody_holds_it() -> None:
    canvas = Canvas(_template(), WINDOW)
    held = [canvas.speaking(index, SPOKEN, 1.0) for index in range(5)]
    kept = [frame.copy() for frame in held]
    for index in range(30):
        canvas.speaking(index % 5, SPOKEN // 2, 0.5)
    for frame, copy in zip(held, kept, strict=True):
        np.testing.assert_array_equal(frame, copy)


def test_nothing_of_a_frames_size_is_allocated_once_the_ring_is_full() -> None:
    canvas = Canvas(_template(480, 640), WINDOW)
    for index in range(4):
        canvas.speaking(index % 5, SPOKEN, 1.0)
    tracemalloc.start()
    for index in range(50):
        canvas.speaking(index % 5, SPOKEN, 0.5)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 480 * 640 / 8
