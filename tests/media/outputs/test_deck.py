"""The outputs of a stage: one encoder, only while it is needed, and it always ends."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from tests.media.outputs.lamplight import Collector

from visavis.avatars import Avatar
from visavis.engine.pool import SessionPool
from visavis.errors import OutputError
from visavis.media.outputs.coded import Streams
from visavis.media.outputs.deck import Deck
from visavis.media.outputs.sink import Ended, Sink
from visavis.media.stage import Stage
from visavis.media.waiting import cancelled


class Failing(Sink):
    """Cannot take a single packet."""

    kind = "recording"

    def _work(self) -> str:
        next(self._packets())
        raise OSError("gone")


@pytest.fixture
async def deck(lamp: Avatar, pool: SessionPool) -> AsyncIterator[Deck]:
    """Of a stage that runs."""
    stage = Stage("main", lamp, pool)
    with stage.hold():
        running = asyncio.create_task(stage.run())
        stage.begin()
        deck = Deck(stage)
        yield deck
        await deck.close()
    stage.end()
    await cancelled(running)


def _collector(streams: Streams, _: Ended) -> Sink:
    return Collector(streams)


async def _until_encoded(collector: Sink, packets: int) -> None:
    assert isinstance(collector, Collector)
    while len(collector.coded) + collector._waiting.qsize() < packets:  # noqa: ASYNC110
        await asyncio.sleep(0.02)


async def test_two_outputs_share_an_encoder_which_goes_with_the_last(deck: Deck) -> None:
    first, second = await deck.add(_collector), await deck.add(_collector)
    (programme,) = deck.stage.fanout.outlets
    await _until_encoded(second, 20)
    await deck.remove(first)
    assert [*deck.sinks] == [second]
    assert [*deck.stage.fanout.outlets] == [programme]
    await deck.remove(second)
    await asyncio.sleep(0)
    assert not deck.sinks
    assert not deck.stage.fanout.outlets
    assert (first.done, second.done, first.reason) == (True, True, "")
    third = await deck.add(_collector)
    await _until_encoded(third, 1)


async def test_an_output_that_fails_is_told_and_cleared_away(
    deck: Deck, caplog: pytest.LogCaptureFixture
) -> None:
    await deck.add(lambda streams, ended: Failing("the tape", streams, ended))
    while deck.sinks:  # noqa: ASYNC110
        await asyncio.sleep(0.02)
    assert deck.failed == {"recording": 1}
    assert "the tape has ended: gone" in caplog.text
    await _until_encoded(await deck.add(_collector), 1)


async def test_one_that_cannot_begin_leaves_nothing(deck: Deck) -> None:
    def fail(*_: object) -> Sink:
        raise OutputError("no")

    with pytest.raises(OutputError):
        await deck.add(fail)
    await asyncio.sleep(0)
    assert (deck.sinks, deck.stage.fanout.outlets) == ((), ())


async def test_a_stage_that_ends_takes_nothing_more(deck: Deck) -> None:
    sink = await deck.add(_collector)
    await deck.close()
    assert sink.done
    with pytest.raises(OutputError, match="The stage is closing"):
        await deck.add(_collector)
    await deck.remove(sink)
