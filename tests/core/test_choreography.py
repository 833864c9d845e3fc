"""The order of template frames: it never jumps, and gestures leave and come home."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visavis.core.choreography import Choreography, Course, Repertoire

IDLE = Course(0, 151, there_and_back=True)
REPERTOIRE = Repertoire(
    IDLE,
    frozenset({0, 100}),
    {"nod": Course(151, 10, True), "wave": Course(161, 25, True), "wink": Course(186, 1)},
)
GESTURES = sorted(REPERTOIRE.gestures)
LONGEST_WAIT = 100  # frames: homes are 100, 100 and 100 frames apart on the way there and back


HOME = -1  # every home frame and every gesture's first frame look the same


def _pose(index: int) -> int:
    starts = {course.first for course in REPERTOIRE.gestures.values()}
    return HOME if index in REPERTOIRE.homes | starts else index


def _steps(shown: list[int]) -> set[tuple[int, int]]:
    return {(_pose(before), _pose(after)) for before, after in pairwise(shown)}


SMOOTH = {(HOME, HOME)}.union(
    *(
        _steps([course.index(step) for step in range(course.period + 1)])
        for course in (IDLE, *REPERTOIRE.gestures.values())
    )
)


@pytest.mark.parametrize(
    ("course", "indexes"),
    [
        (Course(0, 3), [0, 1, 2, 0, 1, 2, 0]),
        (Course(5, 3, True), [5, 6, 7, 6, 5, 6, 7]),
        (Course(5, 2, True), [5, 6, 5, 6, 5, 6, 5]),
        (Course(5, 1, True), [5] * 7),
        (Course(5, 1), [5] * 7),
    ],
)
def test_a_clip_is_walked_through(course: Course, indexes: list[int]) -> None:
    assert [course.index(step) for step in range(7)] == indexes
    assert [course.index(step - 10 * course.period) for step in range(7)] == indexes


@pytest.mark.parametrize("first", [-3, 0, 1_000_001])
def test_without_requests_it_is_the_idle_clip(first: int) -> None:
    choreography = Choreography(REPERTOIRE, first)
    frames = range(first, first + 700)
    assert [choreography.index(frame) for frame in frames] == [IDLE.index(f) for f in frames]


@given(st.lists(st.tuples(st.integers(0, 900), st.sampled_from(GESTURES)), max_size=12))
def test_nothing_ever_jumps(requests: list[tuple[int, str]]) -> None:
    choreography = Choreography(REPERTOIRE)
    shown = []
    for frame in range(1200):
        for _, name in (request for request in requests if request[0] == frame):
            assert choreography.request(name)
        shown.append(choreography.index(frame))
    assert _steps(shown) <= SMOOTH


@given(st.integers(0, 600), st.sampled_from(GESTURES))
def test_a_gesture_comes_soon_is_whole_and_costs_the_idle_clip_nothing(
    asked: int, name: str
) -> None:
    choreography, course = Choreography(REPERTOIRE), REPERTOIRE.gestures[name]
    shown = [choreography.index(frame) for frame in range(asked)]
    assert choreography.request(name)
    shown += [choreography.index(frame) for frame in range(asked, asked + 300)]
    begun = shown.index(course.first)
    assert asked <= begun <= asked + LONGEST_WAIT
    played = shown[begun : begun + course.period]
    assert played == [course.index(step) for step in range(course.period)]
    rest = shown[:begun] + shown[begun + course.period :]
    assert rest == [IDLE.index(frame) for frame in range(len(rest))]
    assert shown[begun + course.period] in REPERTOIRE.homes


def test_the_newest_request_wins() -> None:
    choreography = Choreography(REPERTOIRE, 1)
    choreography.request("nod")
    choreography.request("wave")
    shown = {choreography.index(frame) for frame in range(1, 400)}
    assert 151 not in shown
    assert set(range(161, 186)) <= shown


def test_a_request_during_a_gesture_waits_for_its_end() -> None:
    choreography = Choreography(REPERTOIRE)
    choreography.request("nod")
    shown = [choreography.index(frame) for frame in range(5)]
    choreography.request("nod")
    shown += [choreography.index(frame) for frame in range(5, 40)]
    nod = [REPERTOIRE.gestures["nod"].index(step) for step in range(18)]
    assert shown[:36] == nod + nod


def test_an_unknown_gesture_is_refused_and_changes_nothing() -> None:
    choreography = Choreography(REPERTOIRE)
    choreography.request("nod")
    assert not choreography.request("dance")
    assert choreography.index(0) == 151


@given(st.lists(st.integers(0, 40), max_size=30), st.integers(0, 300))
def test_frames_left_out_are_walked_through(gaps: list[int], asked: int) -> None:
    whole, holed = Choreography(REPERTOIRE), Choreography(REPERTOIRE)
    frame, requested = 0, False
    for gap in gaps:
        if frame >= asked and not requested:
            whole.index(frame - 1), holed.index(frame - 1)
            requested = whole.request("wave") and holed.request("wave")
        shown = [whole.index(f) for f in range(frame, frame + gap + 1)]
        assert holed.index(frame + gap) == shown[-1]
        frame += gap + 1
