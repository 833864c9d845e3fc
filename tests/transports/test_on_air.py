"""The stage that is always on, to a real RTMP server and into a device."""

import asyncio
from pathlib import Path

from tests.media.outputs.lamplight import frames
from tests.transports.outside import outside, until
from tests.transports.rtmp_server import RtmpListener, free_port
from tests.transports.test_revived import Gadget

from visavis.avatars import Avatar
from visavis.config_outputs import OutputsConfig
from visavis.engine.pool import SessionPool
from visavis.media.outputs.decks import Decks
from visavis.media.stages import Stages
from visavis.media.waiting import cancelled
from visavis.transports.on_air import OnAir
from visavis.transports.revived import Revived


async def test_the_idle_face_is_on_air_before_anybody_speaks(
    lamp: Avatar, pool: SessionPool, tmp_path: Path
) -> None:
    port = free_port()
    with await asyncio.to_thread(RtmpListener, port, tmp_path / "a.flv") as server:
        config = OutputsConfig(rtmp=f"rtmp://127.0.0.1:{port}/live/key", on_air="studio")
        async with outside(lamp, pool, tmp_path, config) as there:
            await asyncio.to_thread(server.await_line, "receiving")
            (stage,) = there.stages.live
            assert (stage.name, stage.private, stage.seats) == ("studio", False, 1)
            on_air = there.outputs.on_air
            await until(lambda: bool(on_air and on_air.push and on_air.push.connections))
            seen = stage.stream.counters.released
            await until(lambda: stage.stream.counters.released >= seen + 25)
        await asyncio.to_thread(server.await_line, "closed")
    assert frames(tmp_path / "a.flv") > 12


async def test_a_stage_that_ends_is_opened_again(lamp: Avatar, pool: SessionPool) -> None:
    stages, decks = Stages(2, pool), Decks(None, None, record_all=False)
    stages.opened.append(decks.open)
    device = Revived("the gadget", Gadget)
    running = asyncio.create_task(OnAir("main", lamp, None, [device]).run(stages, decks))
    await until(lambda: bool(stages.live) and stages.live[0].stream.counters.released > 2)
    (first,) = stages.live
    first.end()
    await until(lambda: stages.find("main") not in (None, first))
    second = stages.find("main")
    assert second is not None
    await until(lambda: second.stream.counters.released > 2)
    assert first.fanout.outlets == ()
    await cancelled(running)
    assert second.seats == 0
    await stages.close()
    await decks.close()
    device.close()
    assert len(Gadget.made[-1].ticks) > 4


async def test_a_full_server_has_it_wait(
    lamp: Avatar, pool: SessionPool, monkeypatch: object
) -> None:
    stages, decks = Stages(0, pool), Decks(None, None, record_all=False)
    running = asyncio.create_task(OnAir("main", lamp).run(stages, decks))
    await until(lambda: stages.rejected > 0)
    assert not running.done()
    await cancelled(running)
