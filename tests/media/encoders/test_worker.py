"""The encoder's thread: never waited for, bounded, and not ended by a fault."""

import asyncio
import os
import sys
import threading
from collections.abc import Sequence

import pytest

from visavis.engine.priority import PICTURES
from visavis.media.encoders.coded import Coded
from visavis.media.encoders.worker import EncoderThread


def _coded(number: int) -> Coded:
    return Coded("video", number, False, b"", ())


async def test_work_is_done_in_order() -> None:
    done: list[int] = []
    enough = threading.Event()

    def deliver(coded: Sequence[Coded]) -> None:
        done.extend(packet.pts for packet in coded)
        if len(done) == 5:
            enough.set()

    thread: EncoderThread[int] = EncoderThread("test", lambda n: [_coded(n)], deliver, 8)
    for number in range(5):
        thread.put(number)
    assert await asyncio.to_thread(enough.wait, 5)
    await thread.close()
    assert done == [0, 1, 2, 3, 4]
    assert thread.dropped == 0


async def test_what_it_is_too_slow_for_is_dropped_oldest_first() -> None:
    begun, go, done, enough = threading.Event(), threading.Event(), [], threading.Event()

    def encode(number: int) -> list[Coded]:
        begun.set()
        go.wait(5)
        return [_coded(number)]

    def deliver(coded: Sequence[Coded]) -> None:
        done.append(coded[0].pts)
        if coded[0].pts == 9:
            enough.set()

    thread: EncoderThread[int] = EncoderThread("test", encode, deliver, 2)
    thread.put(0)
    assert await asyncio.to_thread(begun.wait, 5)
    for number in range(1, 10):
        thread.put(number)
    go.set()
    assert await asyncio.to_thread(enough.wait, 5)
    await thread.close()
    assert done == [0, 8, 9]
    assert thread.dropped == 7


async def test_a_fault_costs_one_piece() -> None:
    done, enough = [], threading.Event()

    def encode(number: int) -> list[Coded]:
        if number == 1:
            raise RuntimeError("a codec's fault")
        return [_coded(number)]

    def deliver(coded: Sequence[Coded]) -> None:
        done.append(coded[0].pts)
        if len(done) == 2:
            enough.set()

    thread: EncoderThread[int] = EncoderThread("test", encode, deliver, 8)
    for number in range(3):
        thread.put(number)
    assert await asyncio.to_thread(enough.wait, 5)
    await thread.close()
    assert (done, thread.failed) == ([0, 2], 1)


async def test_closing_drops_what_waits() -> None:
    begun, go = threading.Event(), threading.Event()

    def encode(number: int) -> list[Coded]:
        begun.set()
        go.wait(5)
        return []

    thread: EncoderThread[int] = EncoderThread("test", encode, lambda coded: None, 8)
    for number in range(5):
        thread.put(number)
    assert await asyncio.to_thread(begun.wait, 5)
    thread.retire()
    go.set()
    await thread.close()
    assert not thread._thread.is_alive()


@pytest.mark.skipif(sys.platform != "linux", reason="priorities of threads are Linux's")
@pytest.mark.parametrize("pictures", [True, False])
async def test_pictures_give_way_and_sound_does_not(pictures: bool) -> None:
    nice: list[int] = []
    told = threading.Event()

    def encode(_: int) -> list[Coded]:
        nice.append(os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))
        told.set()
        return []

    before = os.getpriority(os.PRIO_PROCESS, 0)
    thread = EncoderThread("test", encode, lambda _: None, 2, pictures=pictures)
    thread.put(0)
    assert await asyncio.to_thread(told.wait, 5)
    await thread.close()
    assert nice == [min(19, before + PICTURES) if pictures else before]
    assert os.getpriority(os.PRIO_PROCESS, 0) == before
