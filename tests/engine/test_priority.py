"""Threads that give way, each by itself."""

import os
import sys
import threading
from collections.abc import Callable

import pytest

from visavis.engine.priority import CHORES, give_way

linux = pytest.mark.skipif(sys.platform != "linux", reason="priorities of threads are Linux's")


def _nice() -> int:
    return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())


def _in_thread(work: Callable[[], int]) -> int:
    found: list[int] = []
    thread = threading.Thread(target=lambda: found.append(work()))
    thread.start()
    thread.join()
    return found[0]


def _after(*by: int) -> int:
    for one in by:
        give_way(one)
    return _nice()


@linux
def test_a_thread_gives_way_alone() -> None:
    before = _nice()
    assert _in_thread(lambda: _after(3)) == min(19, before + 3)
    assert _nice() == before


@linux
def test_it_never_adds_up_and_never_comes_forward() -> None:
    """A thread that such a thread starts inherits its place."""
    before = _nice()
    assert _in_thread(lambda: _after(3, 3)) == min(19, before + 3)
    assert _in_thread(lambda: _after(CHORES, 3)) == 19


@linux
def test_a_child_of_such_a_thread_comes_no_further_behind() -> None:
    before = _nice()

    def nested() -> int:
        give_way(3)
        return _in_thread(lambda: _after(3))

    assert _in_thread(nested) == min(19, before + 3)
