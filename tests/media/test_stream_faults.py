"""Nothing that a model does ends the live loop, delays it, or parts picture and sound."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.conftest import MouthMaker
from tests.media.live import HangingPool, InlinePool, Studio

from visavis.avatars import Avatar
from visavis.core.timeline import FRAME_S
from visavis.engine.features import FeatureStream, SpeechStep
from visavis.engine.generator import MouthModel
from visavis.engine.request import Planes
from visavis.media.stream import AvatarStream

Float32 = NDArray[np.float32]
FakeRun = Callable[[Float32, Float32], Float32]
ToneMaker = Callable[..., Float32]


class Moody:
    """The lamp, made of arithmetic, that can be told to fail."""

    def __init__(self) -> None:
        self.mood: FakeRun | None = None

    def __call__(self, templates: Float32, audio: Float32) -> Float32:
        if self.mood:
            return self.mood(templates, audio)
        lit = np.float32(1.0 if audio[0, -1, 0] > 1.0 else 0.0)
        return np.maximum(templates, lit)


def _raise(templates: Float32, audio: Float32) -> Float32:
    raise RuntimeError("no memory")


MOODS: dict[str, FakeRun] = {
    "raises": _raise,
    "nan": lambda templates, audio: templates * np.float32(np.nan),
    "wrong shape": lambda templates, audio: templates[:, :1],
}


@pytest.mark.parametrize("mood", MOODS)
async def test_a_failing_generator_shows_the_idle_frame_and_heals(
    lamp: Avatar, fake_mouths: MouthMaker, make_tone: ToneMaker, mood: str
) -> None:
    generator = Moody()
    studio = Studio(make_tone(4.0, (0.4, 3.0)))

    def before(tick: int) -> None:
        generator.mood = MOODS[mood] if 30 <= tick < 40 else None

    studio.before = before
    with InlinePool(fake_mouths(generator)) as pool:
        stream = await studio.run(lamp, pool, 60)
    assert [release.tick for release in studio.releases] == list(range(60))
    lit = [release.lit for release in studio.releases]
    assert all(lit[22:30])
    assert not any(lit[30:40])
    assert all(lit[40:60])
    assert stream.counters.failed == 10


@pytest.mark.parametrize("trouble", ["hanging", "full"])
async def test_a_late_mouth_is_held_while_the_sound_goes_on(
    lamp: Avatar, fake_mouths: MouthMaker, make_tone: ToneMaker, trouble: str
) -> None:
    clip = make_tone(4.0, (0.4, 3.0))
    studio = Studio(clip)
    with HangingPool(fake_mouths(Moody())) as pool:
        studio.before = lambda tick: setattr(pool, trouble, 30 <= tick < 38)
        stream = await studio.run(lamp, pool, 60)
    assert all(release.lit for release in studio.releases[22:60])
    counters = stream.counters
    missed = counters.late if trouble == "hanging" else counters.refused
    assert missed >= 3
    assert missed + counters.spared >= 8
    assert counters.late + counters.refused == missed
    heard = studio.heard()
    delay = int(np.flatnonzero(heard)[0]) - int(np.flatnonzero(clip)[0])
    assert heard[delay:].tobytes() == clip[: len(heard) - delay].tobytes()


@pytest.mark.parametrize("trouble", ["hanging", "full"])
async def test_without_a_mouth_the_idle_frame_is_the_floor(
    lamp: Avatar, fake_mouths: MouthMaker, make_tone: ToneMaker, trouble: str
) -> None:
    studio = Studio(make_tone(1.0, (0.2, 0.6)))
    with HangingPool(fake_mouths(Moody())) as pool:
        setattr(pool, trouble, True)
        stream = await studio.run(lamp, pool, 30)
    assert [release.tick for release in studio.releases] == list(range(30))
    assert not any(release.lit for release in studio.releases)
    assert stream.counters.late + stream.counters.refused + stream.counters.spared >= 10
    assert stream.counters.generated == 0


async def test_under_overload_the_mouth_slows_down_and_nothing_else(
    lamp: Avatar, fake_mouths: MouthMaker, make_tone: ToneMaker
) -> None:
    clip = make_tone(20.0, (0.4, 19.0))
    studio, calm = Studio(clip), Studio(clip)
    with HangingPool(fake_mouths(Moody())) as pool:
        studio.before = lambda tick: setattr(pool, "full", 30 <= tick < 200)
        await calm.run(lamp, pool, 400)
        pool.asked = 0
        stream = await studio.run(lamp, pool, 400)
    times = [release.time_s for release in studio.releases]
    assert [release.tick for release in studio.releases] == list(range(400))
    assert np.diff(times) == pytest.approx(FRAME_S, abs=1e-6)
    assert studio.heard().tobytes() == calm.heard().tobytes()
    assert not any(release.lit for release in studio.releases[70:200])  # nothing new: at rest
    assert all(release.lit for release in studio.releases[325:])  # back within five seconds
    assert stream.ladder.rung == 0
    assert stream.ladder.counters.down == stream.ladder.counters.up >= 3
    assert pool.asked < 400 - 100


async def test_a_failing_encoder_starts_anew(lamp: Avatar, make_tone: ToneMaker) -> None:
    clip = make_tone(4.0, (0.4, 1.2), (2.0, 3.0))
    studio = Studio(clip)
    made: list[FeatureStream] = []

    class Fragile(FeatureStream):
        pushes = 0

        def push(self, pcm: Float32) -> list[SpeechStep]:
            self.pushes += 1
            if self.pushes == 20 and len(made) == 1:
                raise RuntimeError("the encoder broke")
            return super().push(pcm)

    def features() -> FeatureStream:
        made.append(Fragile(lamp.bundle, lamp.encoder))
        return made[-1]

    with InlinePool(lamp.fast) as pool:
        stream = AvatarStream(
            lamp.template, features, pool, studio.ingest, studio, studio.clock, studio.sleep
        )
        await studio.play(stream, 80)
    assert len(made) == 2
    assert stream.counters.failed == 1
    assert [release.tick for release in studio.releases] == list(range(80))
    assert {tick for tick in studio.wrongly_lit() if tick >= 19 + 12} == set()
    assert sum(release.lit for release in studio.releases[45:]) > 15


class _PromisingPool(HangingPool):
    """Hands out futures that the test fulfils."""

    promised: "Future[Planes]"
    result: Planes

    def __init__(self, model: MouthModel) -> None:
        super().__init__(model)
        self.was_asked = asyncio.Event()

    def submit(self, keys: Sequence[int], audio: Float32, **options: Any) -> "Future[Planes]":
        self.promised, self.result = Future(), options["out"]
        self.was_asked.set()
        return self.promised


async def test_a_mouth_that_comes_with_the_cancellation_does_not_keep_the_stream_alive(
    lamp: Avatar, make_tone: ToneMaker
) -> None:
    studio = Studio(make_tone(4.0, (0.4, 3.0)), _wanted=1000)
    with _PromisingPool(lamp.fast) as pool:
        stream = AvatarStream(
            lamp.template, lamp.features, pool, studio.ingest, studio, studio.clock, studio.sleep
        )
        running = asyncio.create_task(stream.run())
        await pool.was_asked.wait()
        await asyncio.sleep(0)  # the stream waits
        pool.promised.set_result(pool.result)
        await asyncio.sleep(0)  # the loop knows of it, the stream not yet
        running.cancel()
        done, _ = await asyncio.wait({running}, timeout=30)
        assert done
        assert running.cancelled()
