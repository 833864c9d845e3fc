"""Somebody publishes a tone by WHIP, others watch by WHEP: the lamp lights up for each of them."""

import asyncio
from collections.abc import Callable

import httpx
import numpy as np
import pytest
from numpy.typing import NDArray
from tests.transports.caller import Caller, Publisher, Watcher

from visavis.media import stage as stage_module
from visavis.media.stages import Stages

Float32 = NDArray[np.float32]
SDP = {"Content-Type": "application/sdp"}
pytestmark = pytest.mark.usefixtures("loopback")


async def _until(done: Callable[[], bool]) -> None:
    while not done():  # noqa: ASYNC110  # what is waited for has no event
        await asyncio.sleep(0.02)


async def _join(client: httpx.AsyncClient, caller: Caller, path: str) -> str:
    answer = await client.post(path, content=await caller.offer(), headers=SDP)
    assert answer.status_code == 201, answer.text
    await caller.accept(answer.text)
    return str(answer.headers["location"])


def _lit(watcher: Watcher) -> int:
    return sum(level > 128 for _, level in watcher.picture.marks)


async def test_one_publishes_and_two_watch(
    client: httpx.AsyncClient, stages: Stages, make_tone: Callable[..., Float32]
) -> None:
    async with Watcher() as early, Watcher() as late, Publisher(make_tone(60, (0, 60))) as voice:
        await _join(client, early, "/whep/news")
        await _until(lambda: len(early.picture.marks) > 10)
        assert _lit(early) == 0  # idle motion while nobody speaks
        session = await _join(client, voice, "/whip/news")
        await _join(client, late, "/whep/news")
        await _until(lambda: min(_lit(early), _lit(late)) > 5)
        loud = [level for _, level in late.sound.marks]
        assert max(loud) == pytest.approx(0.5, abs=0.15)
        told = (await client.get("/api/stages")).json()["stages"]
        assert told[0]["viewers"] == 2
        assert told[0]["has_sound"]
        assert len(stages.live) == 1
        await client.delete(session)
        dark = early.picture.marks
        await _until(lambda: len(dark) > 20 and all(level < 64 for _, level in dark[-10:]))


@pytest.mark.parametrize("kind", ["audio", "video"])
async def test_one_may_only_hear_or_only_see(client: httpx.AsyncClient, kind: str) -> None:
    async with Watcher(kind) as watcher:
        await _join(client, watcher, "/whep/news")
        got = watcher.sound if kind == "audio" else watcher.picture
        await _until(lambda: len(got.marks) > 5)


async def test_the_newest_publisher_has_the_floor(
    client: httpx.AsyncClient, stages: Stages, make_tone: Callable[..., Float32]
) -> None:
    silence = np.zeros(0, np.float32)
    async with Publisher(silence) as first, Publisher(make_tone(60, (0, 60))) as second:
        old = await _join(client, first, "/whip/news")
        await _until(lambda: stages.live[0].sound.source is not None)
        before = stages.live[0].sound.source
        await _join(client, second, "/whip/news")
        await _until(lambda: stages.live[0].sound.source is not before)
        await _until(lambda: first.peer.connectionState == "closed")
        assert (await client.delete(old)).status_code == 404


async def test_a_stage_outlives_its_guests_for_a_while(
    client: httpx.AsyncClient, stages: Stages, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stage_module, "LINGER_S", 0.3)
    async with Watcher() as watcher, Watcher() as again:
        session = await _join(client, watcher, "/whep/news")
        await _until(lambda: stages.live[0].stream.counters.released > 3)
        stage = stages.live[0]
        await client.delete(session)
        await _until(lambda: stage.seats == 0)
        assert stages.free == 2  # an empty stage takes up no place
        await _join(client, again, "/whep/news")
        assert stages.find("news") is stage
        await _until(lambda: len(again.picture.marks) > 3)
        await again.hang_up()
        await _until(lambda: not stages.live)


async def test_a_new_stage_takes_the_place_of_one_that_is_deserted(
    client: httpx.AsyncClient, stages: Stages
) -> None:
    for number in range(3):
        async with Watcher() as watcher:
            session = await _join(client, watcher, f"/whep/news{number}")
            await _until(lambda: stages.live[-1].is_live)
            await client.delete(session)
            await _until(lambda: all(stage.seats == 0 for stage in stages.live))
    await _until(lambda: len(stages.live) == 2)
    assert stages.rejected == 0
