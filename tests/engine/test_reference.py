"""Law 7: the fast path makes the reference's frames, bit for bit."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from visavis.avatars import Avatar
from visavis.core.compositor import planes
from visavis.core.window import WindowSpec
from visavis.engine.pool import SessionPool
from visavis.engine.reference import gate_clip, hear_clip, reference_frames
from visavis.engine.renderer import Renderer

Float32 = NDArray[np.float32]
Frame = NDArray[np.uint8]


@pytest.fixture(scope="module")
def clip(make_tone: Callable[..., Float32]) -> Float32:
    """2.3 s with tones of all lengths; it ends in the middle of a frame."""
    return make_tone(2.305, (0.2, 0.5), (0.81, 0.85), (1.1, 1.9), rate=16_000)


@pytest.fixture(scope="module")
def reference(lamp: Avatar, clip: Float32) -> list[Frame]:
    generator = lamp.generator.open()
    return list(reference_frames(lamp.bundle, lamp.template, lamp.encoder, generator, clip))


def test_there_is_a_frame_for_each_begun_40_ms(reference: list[Frame]) -> None:
    assert len(reference) == 58


def test_the_lamp_is_white_exactly_while_the_tone_sounds(reference: list[Frame]) -> None:
    lit = [float(planes(frame)[0][100:140, 100:140].mean()) > 128 for frame in reference]
    times = (np.arange(58) + 0.5) * 0.04
    spans = [(0.2, 0.5), (0.81, 0.85), (1.1, 1.9)]
    clear = [min(abs(t - edge) for span in spans for edge in span) > 0.02 for t in times]
    for frame, time in enumerate(times):
        if clear[frame]:
            assert lit[frame] == any(begin < time < end for begin, end in spans), frame


@pytest.mark.parametrize("sessions", [1, 2])
@pytest.mark.parametrize("batch", [1, 4, 15])
def test_the_pool_makes_the_references_bits(
    lamp: Avatar, clip: Float32, reference: list[Frame], batch: int, sessions: int
) -> None:
    features = lamp.features()
    steps = [*features.push(clip), *features.flush()]
    with SessionPool(lamp.fast, sessions) as pool:
        pooled = list(Renderer(lamp.template, pool, batch).frames(steps))
        speaking = sum(step.speaking for step in steps)
        assert 0 < pool.counters.frames == speaking < len(steps)
        assert pool.counters.runs <= -(-speaking // batch) + len(steps) // (4 * batch) + 1
    for number, (fast, plain) in enumerate(zip(pooled, reference, strict=True)):
        assert fast.tobytes() == plain.tobytes(), number


@pytest.mark.parametrize("samples", [1_600, 2_000, 3_199, 3_200])
def test_a_clip_shorter_than_a_window_has_frames_in_the_contracts_family(
    lamp: Avatar, speechlike: Float32, samples: int
) -> None:
    bundle = replace(lamp.bundle, window=WindowSpec(left=4, right=3))
    frames = -(-samples // 640)
    heard = hear_clip(bundle, lamp.encoder, speechlike[:samples], frames)
    features = np.stack([one.feature for one in heard])
    assert features.shape[1] == 1
    assert np.isfinite(features).all()


def test_the_gains_of_a_clip_are_as_many_as_its_frames(clip: Float32) -> None:
    gains = gate_clip(clip, 58, 3)
    assert len(gains) == 58
    assert {0.0, 0.5, 1.0} <= set(gains)
