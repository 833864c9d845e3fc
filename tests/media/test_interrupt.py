"""Barge-in, and speech made ahead of time: what has not been said is gone, what is there begins."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.media.live import HangingPool, InlinePool, Studio

from visavis.avatars import Avatar
from visavis.core.latency import LATENCIES
from visavis.core.speech import SpeechState
from visavis.media.pcmfeed import PcmFeed
from visavis.media.stream import AvatarStream

Float32 = NDArray[np.float32]
ToneMaker = Callable[..., Float32]
LOW = LATENCIES["low"]


class Feeding(Studio):
    """A studio whose sound comes from a feed instead of the microphone."""

    def stream(self, avatar: Avatar, pool: InlinePool, feed: PcmFeed) -> AvatarStream:
        return AvatarStream(
            avatar.template,
            lambda: avatar.features(LOW),
            pool,
            feed,
            self,
            self.clock,
            self.sleep,
            LOW,
        )


class Watched(Studio):
    """A studio that is another's second outlet."""

    viewers = 1


def _loud(release_sound: Float32) -> bool:
    return bool(np.abs(release_sound).max() > 0.1)


@pytest.mark.parametrize("after_sleep", [0, 1], ids=["before a tick", "before a release"])
async def test_an_interrupt_silences_and_closes_within_120_ms(
    lamp: Avatar, make_tone: ToneMaker, after_sleep: int
) -> None:
    feed, studio = PcmFeed(), Feeding(np.empty(0, np.float32))
    feed.push(make_tone(10.0, (0.0, 10.0)))
    asked: list[float] = []
    with InlinePool(lamp.fast) as pool:
        stream = studio.stream(lamp, pool, feed)
        sleep = studio.sleep

        async def interrupting(seconds: float) -> None:
            await sleep(seconds)
            if not asked and studio._sleeps == 60 + after_sleep:
                asked.append(studio.now_s)
                stream.interrupt()

        stream._sleep = interrupting
        await studio.play(stream, 50)
    after = [release for release in studio.releases if release.time_s >= asked[0] - 1e-9]
    before = [release for release in studio.releases if release.time_s < asked[0] - 1e-9]
    assert before[-1].lit
    assert _loud(before[-1].sound)
    first = after[0]  # the tail fades within 5 ms, the mouth is between open and closed
    assert not first.sound[240:].any()
    assert np.abs(np.diff(np.concatenate((before[-1].sound, first.sound)))).max() < 0.08
    assert first.time_s - asked[0] <= 0.04 + 1e-9
    closed = after[1]
    assert not closed.lit
    assert closed.time_s - asked[0] <= 0.08 + 1e-9
    assert not any(release.lit or release.sound.any() for release in after[1:])
    assert (feed.queued, feed.ahead) == (0, 0)
    assert stream.state is SpeechState.IDLE
    assert stream.counters.interrupted == stream.look_ahead


async def test_after_an_interrupt_the_next_words_are_in_step(
    lamp: Avatar, make_tone: ToneMaker
) -> None:
    feed, studio = PcmFeed(), Feeding(np.empty(0, np.float32))
    feed.push(make_tone(10.0, (0.0, 10.0)))
    with InlinePool(lamp.fast) as pool:
        stream = studio.stream(lamp, pool, feed)

        def before(tick: int) -> None:
            if tick == 30:
                stream.interrupt()
                feed.push(make_tone(1.0, (0.2, 0.8)))

        studio.before = before
        await studio.play(stream, 70)
    assert {tick for tick in studio.wrongly_lit() if tick != 30} == set()
    assert sum(release.lit for release in studio.releases[32:]) in range(13, 17)


async def test_an_interrupt_discards_the_mouth_that_is_being_made(
    lamp: Avatar, make_tone: ToneMaker
) -> None:
    feed, studio = PcmFeed(), Feeding(np.empty(0, np.float32))
    feed.push(make_tone(10.0, (0.0, 10.0)))
    with HangingPool(lamp.fast) as pool:
        stream = studio.stream(lamp, pool, feed)

        def before(tick: int) -> None:
            pool.hanging = tick >= 20
            if tick == 22:
                stream.interrupt()

        studio.before = before
        await studio.play(stream, 40)
    assert not any(release.lit for release in studio.releases[24:])


async def test_a_burst_of_speech_begins_at_once(lamp: Avatar, make_tone: ToneMaker) -> None:
    """The look-ahead of speech that is there already takes no time."""
    feed, studio = PcmFeed(), Feeding(np.empty(0, np.float32))
    states: list[tuple[float, SpeechState]] = []
    with InlinePool(lamp.fast) as pool:
        stream = studio.stream(lamp, pool, feed)
        stream.listeners.append(lambda state: states.append((studio.now_s, state)))
        pushed: list[float] = []

        def before(tick: int) -> None:
            if tick == 20:
                pushed.append(studio.now_s)
                feed.push(make_tone(1.0, (0.0, 1.0)))
                feed.end()

        studio.before = before
        await studio.play(stream, 60)
    begun, first = states[0]
    assert first is SpeechState.SPEAKING
    assert begun - pushed[0] <= 0.04 + LOW.release_s + 1e-9
    sounding = next(r.time_s for r in studio.releases if r.sound.any())
    assert sounding - begun <= 0.04 + 1e-9
    assert studio.wrongly_lit() == []
    heard = studio.heard()
    tone = make_tone(1.0, (0.0, 1.0))
    start = int(np.flatnonzero(heard)[0]) - int(np.flatnonzero(tone)[0])
    assert heard[start : start + len(tone)].tobytes() == tone.tobytes()  # nothing was left out
    assert feed.released == len(tone)


async def test_pauses_between_words_are_kept(lamp: Avatar, make_tone: ToneMaker) -> None:
    feed, studio = PcmFeed(), Feeding(np.empty(0, np.float32))
    words = make_tone(1.5, (0.0, 0.3), (0.9, 1.2))
    feed.push(words)
    with InlinePool(lamp.fast) as pool:
        await studio.play(studio.stream(lamp, pool, feed), 60)
    heard = studio.heard()
    start = int(np.flatnonzero(heard)[0]) - int(np.flatnonzero(words)[0])
    assert heard[start : start + len(words)].tobytes() == words.tobytes()


async def test_other_canvases_show_the_same_moment(lamp: Avatar, make_tone: ToneMaker) -> None:
    studio, other = Studio(make_tone(2.0, (0.4, 1.2))), Watched(np.empty(0, np.float32))
    with InlinePool(lamp.fast) as pool:
        stream = AvatarStream(
            lamp.template, lamp.features, pool, studio.ingest, studio, studio.clock, studio.sleep
        )
        stream.show(lamp.template, other)
        await studio.play(stream, 40)
    seen = [[(r.tick, r.lit, r.sound.tobytes()) for r in s.releases] for s in (studio, other)]
    assert seen[0] == seen[1]
    assert any(lit for _, lit, _ in seen[0])


async def test_nothing_is_composed_for_a_canvas_that_nobody_watches(
    lamp: Avatar, make_tone: ToneMaker
) -> None:
    studio, other = Studio(make_tone(2.0, (0.2, 1.8))), Watched(np.empty(0, np.float32))
    with InlinePool(lamp.fast) as pool:
        stream = AvatarStream(
            lamp.template, lamp.features, pool, studio.ingest, studio, studio.clock, studio.sleep
        )
        stream.show(lamp.cut_out, other)

        def before(tick: int) -> None:  # the other is asked for the tick before this one
            other.viewers = int(not 16 <= tick <= 30)

        studio.before = before
        await studio.play(stream, 40)
    assert [r.tick for r in other.releases] == [*range(15), *range(30, 40)]


async def test_a_listener_that_fails_disturbs_nobody(lamp: Avatar, make_tone: ToneMaker) -> None:
    studio = Studio(make_tone(2.0, (0.4, 1.2)))
    told: list[SpeechState] = []

    def fail(state: SpeechState) -> None:
        raise RuntimeError("a listener's fault")

    with InlinePool(lamp.fast) as pool:
        stream = AvatarStream(
            lamp.template, lamp.features, pool, studio.ingest, studio, studio.clock, studio.sleep
        )
        stream.listeners += [fail, told.append]
        await studio.play(stream, 45)
    assert told == [SpeechState.SPEAKING, SpeechState.IDLE]
