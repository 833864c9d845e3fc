"""One encoder, many viewers: who gets what, when it begins, and when it ends."""

import asyncio
from collections.abc import AsyncIterator

import numpy as np
import pytest

from visavis.core.bitrate import LEAST
from visavis.core.compositor import new_frame
from visavis.media.broadcast import Broadcast
from visavis.media.encoders.coded import Coded
from visavis.media.subscription import Subscription

SILENCE = np.zeros(1920, np.float32)


@pytest.fixture
async def broadcast() -> AsyncIterator[Broadcast]:
    broadcast = Broadcast(64, 64)
    yield broadcast
    await broadcast.close()


class Studio:
    """Releases noise, tick by tick, and waits until it is encoded."""

    def __init__(self, broadcast: Broadcast) -> None:
        self.broadcast = broadcast
        self.tick = 0
        self._noise = np.random.default_rng(1)

    async def release(self, count: int) -> None:
        for _ in range(count):
            frame = new_frame(64, 64)
            frame[:] = self._noise.integers(0, 255, frame.shape, np.uint8)
            before = self._done()
            self.broadcast.release(self.tick, frame, SILENCE)
            self.tick += 1
            while self.broadcast._renditions and self._done() <= before:  # noqa: ASYNC110
                await asyncio.sleep(0.001)

    def _done(self) -> int:
        return min((r.pictures for r in self.broadcast._renditions.values()), default=0)


async def drain(viewer: Subscription) -> list[Coded]:
    packets = []
    while viewer.video._packets:
        packets.append(await viewer.video.get())
    return packets


async def test_nobody_watches_so_nothing_is_encoded(broadcast: Broadcast) -> None:
    broadcast.subscribe()
    studio = Studio(broadcast)
    await studio.release(3)
    assert broadcast.viewers == 0
    assert not broadcast._renditions
    assert broadcast.counters.pictures == 0


async def test_everyone_gets_the_same_packets_each_from_a_keyframe_on(
    broadcast: Broadcast,
) -> None:
    studio, first, second = Studio(broadcast), broadcast.subscribe(), broadcast.subscribe()
    first.see("h264")
    await studio.release(1)
    (opening,) = await drain(first)
    assert opening.keyframe
    second.see("h264")
    await asyncio.sleep(0.26)  # a joining viewer's keyframe comes this long after the last one
    await studio.release(2)
    seen, also = await drain(first), await drain(second)
    assert [packet.pts for packet in also] == [packet.pts for packet in seen]
    assert all(a is b for a, b in zip(seen, also, strict=True))
    assert also[0].keyframe
    assert broadcast.counters.keyframes == 2


async def test_two_codecs_are_two_encoders(broadcast: Broadcast) -> None:
    studio, first, second = Studio(broadcast), broadcast.subscribe(), broadcast.subscribe()
    first.see("h264")
    second.see("vp8")
    await studio.release(2)
    assert (await drain(first))[0].data != (await drain(second))[0].data
    assert len(broadcast._renditions) == 2


async def test_the_last_to_leave_ends_the_encoders(broadcast: Broadcast) -> None:
    studio, viewer = Studio(broadcast), broadcast.subscribe()
    viewer.see("h264")
    viewer.hear()
    await studio.release(2)
    assert broadcast.viewers == 1
    viewer.close()
    viewer.close()
    assert (broadcast.viewers, broadcast._sound) == (0, None)
    assert not broadcast._renditions
    assert broadcast.counters.pictures == 2
    viewer.see("h264")  # too late
    assert broadcast.viewers == 0


async def test_who_only_hears_costs_no_picture(broadcast: Broadcast) -> None:
    studio, viewer = Studio(broadcast), broadcast.subscribe()
    viewer.hear()
    await studio.release(2)
    packets = [await viewer.audio.get() for _ in range(4)]
    assert [packet.pts for packet in packets] == [0, 960, 1920, 2880]
    assert not broadcast._renditions


async def test_sound_that_a_late_stream_catches_up_arrives_whole_and_alone(
    broadcast: Broadcast,
) -> None:
    viewer = broadcast.subscribe()
    viewer.see("h264")
    viewer.hear()
    for tick in range(12):  # at once: half a second
        broadcast.release(tick, None, SILENCE)
    packets = [await viewer.audio.get() for _ in range(24)]
    assert [packet.pts for packet in packets] == [960 * number for number in range(24)]
    assert viewer.dropped == 0
    assert broadcast.counters.pictures == 0


async def test_a_stalled_viewer_loses_only_his_own(broadcast: Broadcast) -> None:
    studio, quick, stalled = Studio(broadcast), broadcast.subscribe(), broadcast.subscribe()
    quick.see("h264")
    stalled.see("h264")
    seen = []
    for _ in range(10):
        await studio.release(1)
        seen += await drain(quick)
    assert [packet.pts for packet in seen] == [3600 * tick for tick in range(10)]
    assert quick.dropped == 0
    assert stalled.dropped >= 3
    assert len(stalled.video._packets) <= 2
    assert broadcast.counters.lost == stalled.dropped


async def test_a_much_narrower_viewer_gets_his_own_rendition(broadcast: Broadcast) -> None:
    studio, wide, narrow = Studio(broadcast), broadcast.subscribe(), broadcast.subscribe()
    wide.allowance._most = wide.allowance.bit_rate = broadcast._most = 1_000_000
    for viewer in (wide, narrow):
        viewer.see("h264")
    await studio.release(2)
    narrow.bit_rate = 20_000
    while studio.tick % 25 != 1:
        await studio.release(1)
        await drain(wide)
        await drain(narrow)
    small = broadcast._renditions["h264", True]
    assert narrow.rendition is small
    assert small.bit_rate == LEAST
    assert wide.rendition is broadcast._renditions["h264", False]
    packets: list[Coded] = []
    while not packets:
        await studio.release(1)
        packets = await drain(narrow)
    assert packets[0].keyframe
    narrow.close()
    assert list(broadcast._renditions) == [("h264", False)]


async def test_the_epoch_is_that_of_the_first_release(broadcast: Broadcast) -> None:
    viewer = broadcast.subscribe()
    seen = [viewer.epoch.wall_s]
    for tick in (5, 6):
        broadcast.release(tick, new_frame(64, 64), SILENCE)
        seen.append(viewer.epoch.wall_s)
    assert seen[0] is None
    assert seen[1] == seen[2] is not None
