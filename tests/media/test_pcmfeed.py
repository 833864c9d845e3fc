"""Speech on credit: bounded, exact, and told of when it has been heard."""

import numpy as np
import pytest
from numpy.typing import NDArray

from visavis.media.pcmfeed import FeedFullError, PcmFeed

Float32 = NDArray[np.float32]
TICK = 1920


def _ramp(begin: int, count: int) -> Float32:
    return (np.arange(begin, begin + count) + 1).astype(np.float32)


def test_pieces_come_out_as_they_went_in() -> None:
    feed = PcmFeed()
    for begin, count in ((0, 100), (100, 5000), (5100, 660)):
        feed.push(_ramp(begin, count))
    heard = np.concatenate([feed.pull(TICK) for _ in range(3)])
    np.testing.assert_array_equal(heard, _ramp(0, 5760))
    assert feed.queued == 0
    assert feed.counters.filled == 0


def test_no_more_than_the_credit_is_taken_and_then_nothing_is_lost() -> None:
    feed = PcmFeed(most_s=1.0)
    feed.push(np.ones(47_000, np.float32))
    assert feed.room == 1000
    with pytest.raises(FeedFullError, match=r"room for 0\.02 s"):
        feed.push(np.ones(1001, np.float32))
    assert feed.queued == 47_000
    feed.pull(TICK)
    assert feed.room == 2920
    feed.push(np.ones(1001, np.float32))


def test_silence_before_and_after_an_utterance_is_filler_and_not_counted() -> None:
    feed = PcmFeed()
    assert not feed.pull(TICK).any()
    assert feed.gave_filler
    feed.push(_ramp(0, 100))
    assert feed.ahead == 100
    feed.end()
    feed.pull(TICK)
    spoken = feed.gave_filler
    feed.pull(TICK)
    assert (spoken, feed.gave_filler) == (False, True)
    assert feed.counters.filled == 0


def test_a_voice_that_is_made_too_slowly_is_counted() -> None:
    feed = PcmFeed()
    feed.push(_ramp(0, 1000))
    feed.pull(TICK)
    assert feed.counters.filled == TICK - 1000


def test_an_utterance_has_ended_when_its_last_sample_has_left_the_stream() -> None:
    ended: list[int] = []
    feed = PcmFeed(ended.append)
    receipts = []
    for count in (3000, 1000):
        feed.push(_ramp(0, count))
        feed.end()
    for _ in range(3):
        feed.pull(TICK)
        receipts.append(feed.receipt())
    assert (feed.utterance, feed.released, ended) == (2, 0, [])
    receipts[0]()
    assert (feed.released, ended) == (1920, [])
    receipts[1]()
    assert (feed.released, ended) == (3840, [1])
    receipts[2]()
    assert (feed.released, ended) == (4000, [1, 2])


def test_an_interrupt_forgets_what_waits_and_what_was_not_heard() -> None:
    ended: list[int] = []
    feed = PcmFeed(ended.append)
    feed.push(_ramp(0, 9000))
    feed.end()
    feed.pull(TICK)
    feed.receipt()()
    feed.pull(TICK)  # under way when the interrupt comes, so never heard
    feed.interrupt()
    assert (feed.queued, feed.released, feed.counters.dropped) == (0, TICK, 9000 - 2 * TICK)
    feed.push(_ramp(0, 500))
    feed.end()
    feed.pull(TICK)
    feed.receipt()()
    assert (feed.released, ended, feed.utterance) == (TICK + 500, [2], 2)
