"""The queue of the pool: most urgent first, bounded, nothing late, batches where they pay."""

import math
from collections.abc import Callable

import numpy as np
import pytest

from visavis.engine.models import PoolBusyError
from visavis.engine.request import LateError, Request, RequestQueue

FRAME_S = 0.01


def _request(deadline_s: float = math.inf, speaking: bool = True, frames: int = 1) -> Request:
    audio = np.zeros((frames, 2, 2), np.float32)
    return Request(range(frames), audio, deadline_s=deadline_s, speaking=speaking)


def _take(queue: RequestQueue, now_s: float = 0.0, most: int = 1, share: int = 1) -> list[Request]:
    return queue.take(now_s, lambda frames: frames * FRAME_S, most, share)[0]


def test_speaking_beats_idle_and_the_earliest_deadline_comes_first() -> None:
    idle, file, late, early = (
        _request(0.1, speaking=False),
        _request(),
        _request(0.9),
        _request(0.5),
    )
    queue = RequestQueue(9)
    for request in (idle, file, late, early):
        queue.put(request, 0.0)
    assert [_take(queue)[0] for _ in range(4)] == [early, late, file, idle]
    assert _take(queue) == []


def test_equal_deadlines_are_served_in_the_order_of_submission() -> None:
    queue = RequestQueue(9)
    requests = [_request(0.5) for _ in range(5)]
    for request in requests:
        queue.put(request, 0.0)
    assert [_take(queue)[0] for _ in range(5)] == requests


@pytest.mark.parametrize("now_s", [0.041, 0.2])
def test_what_would_be_late_is_dropped_not_made(now_s: float) -> None:
    queue = RequestQueue(9)
    hopeless, fine = _request(0.05), _request(0.5)
    queue.put(hopeless, 0.0)
    queue.put(fine, 0.0)
    assert queue.take(now_s, lambda frames: frames * FRAME_S, 1) == ([fine], 1)
    assert isinstance(hopeless.future.exception(0), LateError)


def test_a_cancelled_request_is_not_made() -> None:
    queue = RequestQueue(9)
    gone, fine = _request(), _request()
    for request in (gone, fine):
        queue.put(request, 0.0)
    assert gone.future.cancel()
    assert _take(queue) == [fine]


def test_a_full_queue_gives_the_place_of_the_least_urgent() -> None:
    queue = RequestQueue(2)
    file, first, second = _request(), _request(0.3), _request(0.4)
    assert [queue.put(request, 0.0) for request in (file, first, second)] == [0, 0, 1]
    assert isinstance(file.future.exception(0), PoolBusyError)
    with pytest.raises(PoolBusyError, match="pool is full"):
        queue.put(_request(0.9), 0.0)
    assert len(queue) == 2
    late = queue.put(_request(1.4), 1.0)
    assert late == 2
    assert isinstance(first.future.exception(0), LateError)


def test_single_frames_run_together_as_far_as_deadlines_allow() -> None:
    queue = RequestQueue(9)
    for deadline_s in (0.035, 0.5, 0.6, 0.7):
        queue.put(_request(deadline_s), 0.0)
    assert len(_take(queue, most=8)) == 3  # a fourth would make the first late
    assert len(_take(queue, most=8)) == 1


@pytest.mark.parametrize(("most", "share", "taken"), [(1, 1, 1), (4, 1, 4), (8, 2, 3), (8, 6, 1)])
def test_free_sessions_divide_the_queue(most: int, share: int, taken: int) -> None:
    queue = RequestQueue(9)
    for _ in range(6):
        queue.put(_request(5.0), 0.0)
    assert len(_take(queue, most=most, share=share)) == taken


@pytest.mark.parametrize(
    "other", [lambda: _request(frames=2), lambda: _request(5.0, speaking=False)]
)
def test_unlike_requests_do_not_join(other: Callable[[], Request]) -> None:
    queue = RequestQueue(9)
    queue.put(_request(), 0.0)
    queue.put(other(), 0.0)
    assert len(_take(queue, most=8)) == 1


def test_mouths_go_where_they_are_wanted() -> None:
    mouths = np.full((1, 96), 7, np.uint8)
    request = _request()
    request.out = np.zeros_like(mouths)
    request.deliver(mouths)
    assert request.future.result(0) is request.out
    assert (request.out == 7).all()


def test_a_caller_who_has_left_gets_nothing_written() -> None:
    request = _request()
    request.out = np.zeros((1, 96), np.uint8)
    request.future.cancel()
    request.deliver(np.ones_like(request.out))
    assert not request.out.any()
    other = _request()
    other.future.cancel()
    other.fail(LateError("late"))
    assert other.future.cancelled()
