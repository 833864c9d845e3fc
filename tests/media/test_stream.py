"""The live loop on a clock of its own: every frame on the grid, with its own sound."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.media.live import InlinePool, Studio

from visavis.avatars import Avatar
from visavis.core.choreography import Course, Repertoire
from visavis.core.latency import LATENCIES
from visavis.core.timeline import FRAME_OUTPUT_SAMPLES, FRAME_S
from visavis.media.stream import AvatarStream

Float32 = NDArray[np.float32]
ToneMaker = Callable[..., Float32]
RELEASE_S = LATENCIES["balanced"].release_s
SPANS = ((0.5, 0.9), (1.0, 1.04), (1.31, 1.82))


async def test_every_frame_leaves_with_its_own_sound(lamp: Avatar, make_tone: ToneMaker) -> None:
    studio = Studio(make_tone(3.0, *SPANS))
    with InlinePool(lamp.fast) as pool:
        stream = await studio.run(lamp, pool, 70)
    assert [release.tick for release in studio.releases] == list(range(70))
    assert all(len(release.sound) == FRAME_OUTPUT_SAMPLES for release in studio.releases)
    assert studio.wrongly_lit() == []
    assert sum(release.lit for release in studio.releases) >= 20
    counters = stream.counters
    assert counters.released == 70
    assert (counters.late, counters.failed, counters.refused, counters.skipped) == (0, 0, 0, 0)
    assert counters.generated >= 20


async def test_the_sound_is_the_microphones_later_and_unchanged(
    lamp: Avatar, make_tone: ToneMaker
) -> None:
    clip = make_tone(3.0, *SPANS)
    studio = Studio(clip)
    with InlinePool(lamp.fast) as pool:
        stream = await studio.run(lamp, pool, 60)
    heard = studio.heard()
    delay = int(np.flatnonzero(heard)[0]) - int(np.flatnonzero(clip)[0])
    assert heard[delay:].tobytes() == clip[: len(heard) - delay].tobytes()
    assert not heard[:delay].any()
    most = stream.look_ahead * FRAME_S + 0.03 + 2 * FRAME_S
    assert stream.look_ahead * FRAME_S < delay / 48_000 <= most


async def test_releases_are_on_the_grid(lamp: Avatar, make_tone: ToneMaker) -> None:
    studio = Studio(make_tone(2.0))
    with InlinePool(lamp.fast) as pool:
        stream = await studio.run(lamp, pool, 52)
    times = [release.time_s for release in studio.releases]
    grid = [1000.0 + RELEASE_S + FRAME_S * tick for tick in range(len(times))]
    assert times == pytest.approx(grid, abs=1e-6)
    assert stream.fps == pytest.approx(25.0)


async def test_the_delay_is_told(lamp: Avatar, make_tone: ToneMaker) -> None:
    studio = Studio(make_tone(2.0))
    with InlinePool(lamp.fast) as pool:
        stream = await studio.run(lamp, pool, 30)
    assert stream.delay_s >= stream.look_ahead * FRAME_S + RELEASE_S
    assert stream.delay_s <= stream.look_ahead * FRAME_S + RELEASE_S + 0.16


@pytest.mark.parametrize("held_s", [0.05, 0.2, 1.0])
@pytest.mark.parametrize("asleep", [60, 61])  # before a tick, or before its release
async def test_a_loop_held_up_leaves_pictures_out_and_does_not_burst_them(
    lamp: Avatar, make_tone: ToneMaker, held_s: float, asleep: int
) -> None:
    studio = Studio(make_tone(5.0, (0.4, 3.0)), holds={asleep: held_s})
    with InlinePool(lamp.fast) as pool:
        stream = await studio.run(lamp, pool, 70)
    ticks = [release.tick for release in studio.releases if release.pictured]
    missing = ticks[-1] + 1 - len(ticks)
    assert int(held_s / FRAME_S) - 1 <= missing <= int(held_s / FRAME_S) + 1
    assert stream.counters.skipped + stream.counters.lost == missing
    assert (stream.counters.lost > 0) == (held_s > 0.5)
    times = [release.time_s for release in studio.releases if release.pictured]
    assert ticks == sorted(set(ticks))
    pairs = zip(times, times[2:], strict=False)
    assert min(later - earlier for earlier, later in pairs) >= FRAME_S - 1e-6
    for release in studio.releases:  # back on the grid, not shifted
        assert release.time_s >= 1000.0 + RELEASE_S + FRAME_S * release.tick - 1e-6
    last = studio.releases[-1]
    assert last.time_s == pytest.approx(1000.0 + RELEASE_S + FRAME_S * last.tick)


@pytest.mark.parametrize("passes", [0, 1, 3])
@pytest.mark.parametrize("held_s", [0.02, 0.05, 0.1, 0.4])
async def test_a_loop_held_up_loses_no_sound(
    lamp: Avatar, make_tone: ToneMaker, held_s: float, passes: int
) -> None:
    """Not even if the ticks are served before the sockets: what came meanwhile is read first."""
    clip = make_tone(5.0) + np.random.default_rng(5).normal(0, 0.1, 240_000).astype(np.float32)
    holds = {40: held_s, 61: held_s, 90: held_s, 93: held_s}
    studio = Studio(clip, holds=holds, passes=passes)
    with InlinePool(lamp.fast) as pool:
        stream = await studio.run(lamp, pool, 70)
    assert [release.tick for release in studio.releases] == list(range(len(studio.releases)))
    heard = studio.heard()
    begin = int(np.flatnonzero(heard)[0])
    shift = next(n for n in range(4000) if (heard[begin : begin + 9] == clip[n : n + 9]).all())
    assert heard[begin:].tobytes() == clip[shift : shift + len(heard) - begin].tobytes()
    assert studio.ingest.counters.dropped == 0
    assert studio.ingest.target_s == LATENCIES["balanced"].buffer_s
    assert stream.counters.skipped >= int(held_s / FRAME_S) - 1


async def test_a_muted_microphone_is_an_avatar_at_rest(lamp: Avatar) -> None:
    studio = Studio(np.empty(0, np.float32))
    with InlinePool(lamp.fast) as pool:
        stream = await studio.run(lamp, pool, 40)
        assert pool.asked == 0
    assert not studio.heard().any()
    assert stream.counters.released == 40


async def test_a_gesture_is_played_from_the_next_home_frame(
    lamp: Avatar, make_tone: ToneMaker
) -> None:
    """The lamp's frames are all alike, so the idle frames that were asked for tell the order."""
    nod = Course(20, 5, there_and_back=True)
    repertoire = Repertoire(Course(0, 20), frozenset({0}), {"nod": nod})
    template = replace(lamp.template, repertoire=repertoire)
    frames = {id(frame): index for index, frame in enumerate(template.frames)}
    studio, shown = Studio(make_tone(4.0)), []
    studio.release = lambda tick, frame, sound: shown.append(frames[id(frame)])  # type: ignore
    with InlinePool(lamp.fast) as pool:
        stream = AvatarStream(
            template, lamp.features, pool, studio.ingest, studio, studio.clock, studio.sleep
        )
        assert not stream.gesture("dance")
        assert stream.gesture("nod")
        running = asyncio.create_task(stream.run())
        while len(shown) < 40:  # noqa: ASYNC110
            await asyncio.sleep(0)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    ahead = stream.look_ahead
    assert shown[:ahead] == list(range(20 - ahead, 20))
    assert shown[ahead : ahead + 10] == [20, 21, 22, 23, 24, 23, 22, 21, 0, 1]
