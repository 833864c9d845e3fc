"""A stage that has ended leaves nothing behind, not even for the garbage collector."""

import asyncio
import weakref

from visavis.avatars import Avatar
from visavis.engine.pool import SessionPool
from visavis.media.stage import Stage


async def _act(lamp: Avatar, pool: SessionPool) -> list["weakref.ref[object]"]:
    """A short life with one viewer; returns what should be gone after it."""
    stage = Stage("short", lamp, pool)
    running = asyncio.create_task(stage.run())
    with stage.hold():
        stage.begin()
        broadcast = stage.broadcast()
        viewer = broadcast.subscribe()
        viewer.see("h264")
        viewer.hear()
        rendition = viewer.rendition
        await viewer.video.get()
        viewer.close()
    stage.end()
    await running
    return [weakref.ref(part) for part in (stage, stage.stream, broadcast, rendition)]


async def test_an_ended_stage_is_freed_at_once(
    lamp: Avatar, pool: SessionPool, no_collector: None
) -> None:
    parts = await _act(lamp, pool)
    for _ in range(200):  # the encoders' threads let go of their last callbacks
        if not any(part() for part in parts):
            break
        await asyncio.sleep(0.01)
    assert [part() for part in parts] == [None] * len(parts)
