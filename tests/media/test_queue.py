"""One viewer's queue: bounded, and of pictures only what can be decoded."""

import asyncio

from visavis.media.encoders.coded import Coded
from visavis.media.queue import PacketQueue


def picture(number: int, keyframe: bool = False) -> Coded:
    return Coded("video", number, keyframe, b"", ())


async def _drain(queue: PacketQueue, count: int) -> list[int]:
    return [(await queue.get()).pts for _ in range(count)]


async def test_packets_come_in_order_and_a_reader_waits() -> None:
    queue = PacketQueue(8, gated=False)
    waiting = asyncio.create_task(_drain(queue, 3))
    for number in range(3):
        await asyncio.sleep(0)
        assert queue.put(picture(number))
    assert await waiting == [0, 1, 2]


async def test_a_new_viewer_begins_with_a_keyframe() -> None:
    queue = PacketQueue(8, gated=True)
    assert not queue.put(picture(0))
    assert queue.put(picture(1, keyframe=True))
    assert queue.put(picture(2))
    assert await _drain(queue, 2) == [1, 2]
    assert queue.dropped == 0


async def test_a_stalled_viewer_loses_pictures_until_the_next_keyframe() -> None:
    queue = PacketQueue(2, gated=True)
    taken = [queue.put(picture(n, keyframe=n in (0, 6))) for n in range(8)]
    assert taken == [True, True, False, False, False, False, True, True]
    assert await _drain(queue, 2) == [6, 7]
    assert queue.dropped == 3  # what waited, and the one that found no room


async def test_a_keyframe_takes_the_place_of_what_waits() -> None:
    queue = PacketQueue(2, gated=True)
    assert all(queue.put(picture(n, keyframe=n in (0, 2))) for n in range(3))
    assert await _drain(queue, 1) == [2]
    assert queue.dropped == 2


async def test_of_sound_the_oldest_goes() -> None:
    queue = PacketQueue(3, gated=False)
    assert all(queue.put(picture(n)) for n in range(10))
    assert await _drain(queue, 3) == [7, 8, 9]
    assert queue.dropped == 7


async def test_a_cancelled_reader_loses_nothing() -> None:
    queue = PacketQueue(3, gated=False)
    waiting = asyncio.create_task(queue.get())
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    queue.put(picture(1))
    assert await _drain(queue, 1) == [1]


async def test_another_rendition_begins_with_its_keyframe() -> None:
    queue = PacketQueue(3, gated=True)
    assert queue.put(picture(0, keyframe=True))
    queue.shut()
    assert not queue.put(picture(1))
    assert queue.put(picture(2, keyframe=True))
