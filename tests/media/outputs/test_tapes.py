"""Names of recordings, and one at a time for each stage."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.media.outputs.lamplight import frames

from visavis.avatars import Avatar
from visavis.engine.pool import SessionPool
from visavis.errors import MediaError, OutputError
from visavis.media.outputs.deck import Deck
from visavis.media.outputs.tapes import Tapes
from visavis.media.stage import Stage
from visavis.media.waiting import cancelled

NOON = datetime(2026, 1, 2, 12, 0, 5, tzinfo=UTC)


@pytest.fixture
def tapes(tmp_path: Path) -> Tapes:
    return Tapes(tmp_path / "films" / "mine", lambda: NOON)


@pytest.fixture(params=[False, True], ids=["public", "private"])
async def deck(
    lamp: Avatar, pool: SessionPool, request: pytest.FixtureRequest
) -> AsyncIterator[Deck]:
    stage = Stage("a-secret", lamp, pool, private=request.param)
    with stage.hold():
        running = asyncio.create_task(stage.run())
        stage.begin()
        deck = Deck(stage)
        yield deck
        await deck.close()
    stage.end()
    await cancelled(running)


async def test_a_stage_is_recorded_once_at_a_time(deck: Deck, tapes: Tapes) -> None:
    recording = await tapes.start(deck)
    label = "lamp" if deck.stage.private else "a-secret"  # a secret is no name for a file
    assert recording.path == tapes.folder / f"{label}-20260102-120005.mp4"
    with pytest.raises(OutputError, match="recorded already"):
        await tapes.start(deck)
    while recording.seconds < 0.5:  # noqa: ASYNC110
        await asyncio.sleep(0.05)
    assert tapes.running(deck) is recording
    assert await tapes.stop(deck) is recording
    assert (recording.done, recording.reason) == (True, "")
    assert frames(recording.path) >= 12
    with pytest.raises(OutputError, match="not being recorded"):
        await tapes.stop(deck)


async def test_two_in_one_second_have_two_names(deck: Deck, tapes: Tapes) -> None:
    first = await tapes.start(deck)
    while not first.seconds:  # noqa: ASYNC110
        await asyncio.sleep(0.05)
    await tapes.stop(deck)
    second = await tapes.start(deck)
    assert second.path.name == f"{first.path.stem}-2.mp4"


def test_a_folder_that_cannot_be_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(MediaError, match=r"cannot hold recordings: (Not a directory|File exists)"):
        Tapes(tmp_path / "file")
