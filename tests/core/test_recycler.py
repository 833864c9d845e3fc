"""Arrays come again when nobody holds them, and never before."""

import queue
import threading
from typing import Any

import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from visavis.core.recycler import Recycler

SHAPE = (96, 64)


def test_an_array_that_is_let_go_comes_again() -> None:
    recycler = Recycler(SHAPE, np.uint8)
    places = set()
    for _ in range(100):
        array = recycler.take()
        assert array.shape == SHAPE
        assert array.dtype == np.uint8
        places.add(array.ctypes.data)
        del array
    assert len(places) == recycler.made == 1


def test_what_is_held_is_not_given_again() -> None:
    recycler = Recycler(SHAPE, np.uint8, most=16)
    held = [recycler.take() for _ in range(5)]
    views = [recycler.take()[3:5], recycler.take().data, recycler.take().reshape(-1)[::2]]
    picture = VideoFrame.from_numpy_buffer(recycler.take(), format="yuv420p")
    fresh = {recycler.take().ctypes.data for _ in range(20)}
    taken = {array.ctypes.data for array in held}
    assert len(taken) == 5
    assert not fresh & taken
    assert recycler.made == 10
    del views, picture
    assert len([recycler.take() for _ in range(1)]) == 1
    assert recycler.made == 10


def test_more_than_it_keeps_are_new_each_time() -> None:
    recycler = Recycler(SHAPE, np.uint8, most=2)
    held = [recycler.take() for _ in range(4)]
    assert recycler.made == 4
    del held
    again = [recycler.take(), recycler.take()]
    assert (recycler.made, len(again)) == (4, 2)


def test_what_another_thread_holds_is_not_given_again() -> None:
    recycler = Recycler((1000,), np.int64, most=16)
    waiting: queue.Queue[NDArray[Any]] = queue.Queue(4)
    seen = []

    def read() -> None:
        for _ in range(1000):
            array = waiting.get()
            seen.append(int(array[0]) if (array == array[0]).all() else -1)
            del array

    reader = threading.Thread(target=read)
    reader.start()
    for number in range(1000):
        array = recycler.take()
        array[:] = number
        waiting.put(array)
        del array
    reader.join()
    assert seen == list(range(1000))
    assert recycler.made <= 8
