"""The ear alone: delayed by its look-ahead, and told apart what was given from what was made up."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from visavis.avatars import Avatar
from visavis.core.latency import LATENCIES
from visavis.media.hearing import Hearing, fade_out
from visavis.media.pcmfeed import PcmFeed

Float32 = NDArray[np.float32]
ToneMaker = Callable[..., Float32]
TICK = 1920


@pytest.fixture
def feed() -> PcmFeed:
    return PcmFeed()


@pytest.fixture
def hearing(lamp: Avatar, feed: PcmFeed) -> Hearing:
    return Hearing(feed, lambda: lamp.features(LATENCIES["low"]))


def test_silence_is_waited_through_and_speech_at_hand_is_not_waited_for(
    hearing: Hearing, feed: PcmFeed, make_tone: ToneMaker
) -> None:
    assert all(hearing.next().filler for _ in range(5))
    feed.push(make_tone(1.0, (0.0, 1.0)))
    opening, moment = hearing.next(), hearing.next()
    assert opening.step is not None
    assert 0 < opening.step.gain < 1  # the mouth opens one frame ahead of the sound
    assert moment.sound.any()
    assert feed.queued == 48_000 - TICK * (hearing.look_ahead + 1)


def test_a_receipt_comes_with_its_own_piece(
    hearing: Hearing, feed: PcmFeed, make_tone: ToneMaker
) -> None:
    feed.push(make_tone(0.4, (0.0, 0.4)))
    feed.end()
    heard = 0
    for _ in range(30):
        moment = hearing.next()
        heard += int(np.count_nonzero(moment.sound))
        moment.receipt()
        assert feed.released - heard <= TICK
    assert feed.released == round(0.4 * 48_000)


def test_an_interrupt_makes_what_was_heard_stale(
    hearing: Hearing, feed: PcmFeed, make_tone: ToneMaker
) -> None:
    feed.push(make_tone(1.0, (0.0, 1.0)))
    moment = hearing.next()
    assert hearing.is_current(moment)
    assert hearing.interrupt(sounding=True) == hearing.look_ahead
    assert not hearing.is_current(moment)
    feed.interrupt()
    tail = hearing.next()
    assert tail.sound[:120].any()
    assert not tail.sound[240:].any()
    assert hearing.is_current(tail)
    assert not any(hearing.next().sound.any() for _ in range(10))


def test_a_fade_ends_in_silence_within_5_ms() -> None:
    faded = fade_out(np.ones(TICK, np.float32))
    assert faded[0] == 1
    assert (np.diff(faded[:240]) < 0).all()
    assert not faded[239:].any()
