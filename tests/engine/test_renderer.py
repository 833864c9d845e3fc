"""The batches of the fast path: bounded in flight, in order, honest about failures."""

from collections.abc import Iterator

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.conftest import MouthMaker

from visavis.avatars import Avatar
from visavis.core.compositor import planes
from visavis.engine.features import SpeechStep
from visavis.engine.models import GeneratorError
from visavis.engine.pool import SessionPool
from visavis.engine.renderer import Renderer

Float32 = NDArray[np.float32]


def _step(frame: int, gain: float) -> SpeechStep:
    return SpeechStep(frame, np.full((8, 1), frame / 1000, np.float32), gain)


def _shade(templates: Float32, audio: Float32) -> Float32:
    """A grey that tells the number of the frame."""
    return np.broadcast_to(audio[:, :1, :, None], templates.shape).astype(np.float32)


def test_frames_come_in_order_whoever_speaks(lamp: Avatar, fake_mouths: MouthMaker) -> None:
    steps = [_step(frame, float(frame % 3 != 0)) for frame in range(100)]
    with SessionPool(fake_mouths(_shade), 2) as pool:
        frames = list(Renderer(lamp.template, pool, 4).frames(steps))
    for step, frame in zip(steps, frames, strict=True):
        luma = int(planes(frame)[0][120, 120])
        assert luma == (round(16 + 219 * step.frame / 1000) if step.speaking else 40)


def test_memory_does_not_grow_with_the_clip(lamp: Avatar, fake_mouths: MouthMaker) -> None:
    taken = 0

    def steps() -> Iterator[SpeechStep]:
        nonlocal taken
        for frame in range(10_000):
            taken += 1
            yield _step(frame, 1.0)

    with SessionPool(fake_mouths(_shade), 1) as pool:
        frames = Renderer(lamp.template, pool, 4).frames(steps())
        next(frames)
        assert taken <= 4 * 4
        frames.close()  # type: ignore[attr-defined]


def test_long_silence_is_released_before_it_ends(lamp: Avatar, fake_mouths: MouthMaker) -> None:
    with SessionPool(fake_mouths(_shade), 1) as pool:
        endless = (_step(frame, 0.0) for frame in iter(int, 1))
        assert next(Renderer(lamp.template, pool, 4).frames(endless)) is not None
        assert pool.counters.runs == 0


def test_a_failing_generator_ends_the_clip(lamp: Avatar, fake_mouths: MouthMaker) -> None:
    def run(templates: Float32, audio: Float32) -> Float32:
        return templates * np.float32(np.nan if audio[0, 0, 0] > 0 else 1)

    with SessionPool(fake_mouths(run), 1) as pool:
        frames = Renderer(lamp.template, pool, 2).frames(_step(k, 1.0) for k in range(1, 9))
        with pytest.raises(GeneratorError, match="NaN"):
            list(frames)


def test_a_lull_shows_the_shared_idle_frame(lamp: Avatar, pool: SessionPool) -> None:
    (frame,) = Renderer(lamp.template, pool, 4).frames([_step(0, 0.0)])
    assert frame is lamp.template.idle(0)
