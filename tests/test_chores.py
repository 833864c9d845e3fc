"""Chores: in order, out of the way, and gone when they are to be."""

import os
import sys
import threading

import pytest

from visavis.chores import Stopped, in_background


def test_chores_are_done_in_order_by_one_thread() -> None:
    done: list[tuple[str, int]] = []
    finished = threading.Event()

    def chore(name: str) -> None:
        done.append((name, threading.get_ident()))
        if name == "b":
            finished.set()

    with in_background((lambda _: chore("a"), lambda _: chore("b"))):
        assert finished.wait(10)
    assert [name for name, _ in done] == ["a", "b"]
    assert len({thread for _, thread in done} - {threading.get_ident()}) == 1


def test_leaving_stops_them_and_waits() -> None:
    begun = threading.Event()
    ended: list[bool] = []
    later: list[Stopped] = []

    def endless(stopped: Stopped) -> None:
        while not stopped():
            begun.set()
        ended.append(True)
        raise InterruptedError

    with in_background((endless, later.append)):
        assert begun.wait(10)
        assert ended == []
    assert ended == [True]
    assert later == []


def test_a_chore_that_fails_is_told_and_the_next_is_done(
    caplog: pytest.LogCaptureFixture,
) -> None:
    done = threading.Event()

    def fail(_: Stopped) -> None:
        raise RuntimeError("no room")

    with in_background((fail, lambda _: done.set())):
        assert done.wait(10)
    assert "no room" in caplog.text


@pytest.mark.skipif(sys.platform != "linux", reason="priorities of threads are Linux's")
def test_chores_give_way() -> None:
    seen: list[int] = []
    done = threading.Event()

    def look(_: Stopped) -> None:
        seen.append(os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))
        done.set()

    with in_background((look,)):
        assert done.wait(10)
    assert seen == [19]
    assert os.getpriority(os.PRIO_PROCESS, threading.get_native_id()) < 19
