"""The audio half: the same steps however the sound is cut, and none later than it must be."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from visavis.avatars import Avatar
from visavis.core.bundlefile import read_file
from visavis.core.window import WindowSpec
from visavis.engine.features import FeatureStream, SpeechStep, look_ahead_frames
from visavis.engine.models import AudioEncoder, Heard
from visavis.engine.reference import audio_window, gate_clip, hear_clip

Float32 = NDArray[np.float32]
OWN = WindowSpec(offset=-5, left=7, right=0, shift=0, edge="silence")
AHEAD = WindowSpec(offset=-5, left=4, right=3, shift=0, edge="silence")
CONTRACT = WindowSpec(left=4, right=3, shift=-1)
SPECS = pytest.mark.parametrize("window", [OWN, AHEAD, CONTRACT], ids=["own", "ahead", "contract"])


def _stream(lamp: Avatar, window: WindowSpec) -> FeatureStream:
    return FeatureStream(replace(lamp.bundle, window=window), lamp.encoder)


def _steps(stream: FeatureStream, pieces: list[Float32]) -> list[SpeechStep]:
    steps = [step for piece in pieces for step in stream.push(piece)]
    return steps + stream.flush()


def _bits(steps: list[SpeechStep]) -> list[tuple[int, bytes, float]]:
    return [(step.frame, step.audio.tobytes(), step.gain) for step in steps]


@SPECS
@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(cuts=st.lists(st.integers(0, 20_000), max_size=30))
def test_the_steps_do_not_depend_on_the_chunks(
    lamp: Avatar, speechlike: Float32, window: WindowSpec, cuts: list[int]
) -> None:
    clip = speechlike[:20_000]
    whole = _steps(_stream(lamp, window), [clip])
    cut = _steps(_stream(lamp, window), np.split(clip, sorted(cuts)))
    assert _bits(cut) == _bits(whole)


@SPECS
@pytest.mark.parametrize("samples", [1, 200, 639, 640, 641, 1_600, 3_300, 16_000, 16_001])
def test_the_steps_are_the_references(
    lamp: Avatar, speechlike: Float32, window: WindowSpec, samples: int
) -> None:
    bundle = replace(lamp.bundle, window=window)
    clip = speechlike[4_000 : 4_000 + samples]
    steps = _steps(_stream(lamp, window), [clip])
    count = -(-samples // 640)
    features = np.stack([one.feature for one in hear_clip(bundle, lamp.encoder, clip, count)])
    gains = gate_clip(clip, count, look_ahead_frames(bundle))
    silence = lamp.encoder.silence
    wanted = [audio_window(bundle, features, silence, k).tobytes() for k in range(count)]
    assert [step.frame for step in steps] == list(range(count))
    assert [step.audio.tobytes() for step in steps] == wanted
    assert [step.gain for step in steps] == gains


class Talkative(AudioEncoder):
    """The lamp's encoder, which tells speech where the tone is."""

    tells_speech = True

    def hear(self, window: Float32) -> Heard:
        heard = super().hear(window)
        return Heard(heard.feature, float(heard.feature[0] > 1.0))


@pytest.mark.parametrize("window", [OWN, AHEAD], ids=["own", "ahead"])
@pytest.mark.parametrize("samples", [1, 640, 3_300, 40_001])
def test_the_gate_goes_by_the_encoder_where_it_tells_speech(
    lamp: Avatar, make_tone: Callable[..., Float32], window: WindowSpec, samples: int
) -> None:
    bundle = replace(lamp.bundle, window=window)
    encoder = Talkative(bundle, read_file(lamp.bundle, lamp.bundle.encoder.file))
    noise = np.random.default_rng(1).normal(0, 0.05, 48_000).astype(np.float32)
    clip = (make_tone(3.0, (0.8, 1.2), rate=16_000) + noise)[:samples]
    steps = _steps(FeatureStream(bundle, encoder), [clip])
    heard = hear_clip(bundle, encoder, clip, len(steps))
    speech = [window.speech for window in heard]
    assert [step.gain for step in steps] == gate_clip(
        clip, len(steps), look_ahead_frames(bundle), speech
    )
    speaking = [step.speaking for step in steps]
    assert not any(speaking[:19])
    if samples > 40_000:
        assert all(speaking[21:29])
        assert not any(speaking[36:])


@SPECS
def test_a_step_comes_with_the_frame_that_completes_it(lamp: Avatar, window: WindowSpec) -> None:
    stream = _stream(lamp, window)
    frame = np.zeros(640, np.float32)
    came = [[step.frame for step in stream.push(frame)] for _ in range(40)]
    ahead = stream.look_ahead
    assert came == [[]] * ahead + [[k] for k in range(40 - ahead)]


@SPECS
def test_no_sound_beyond_the_look_ahead_changes_a_step(
    lamp: Avatar, speechlike: Float32, window: WindowSpec
) -> None:
    """What follows is replaced by noise: the steps already out are the same."""
    keep = 20 * 640
    noise = np.random.default_rng(0).uniform(-1, 1, 12_800).astype(np.float32)
    stream = _stream(lamp, window)
    early = stream.push(speechlike[:keep])
    other = _steps(_stream(lamp, window), [speechlike[:keep], noise])
    assert len(early) == 20 - stream.look_ahead
    assert _bits(other)[: len(early)] == _bits(early)


@SPECS
@pytest.mark.parametrize("samples", [0, 1, 640, 6_401])
def test_a_clip_has_a_step_for_each_begun_frame(
    lamp: Avatar, window: WindowSpec, samples: int
) -> None:
    steps = _steps(_stream(lamp, window), [np.zeros(samples, np.float32)])
    assert [step.frame for step in steps] == list(range(-(-samples // 640)))
    assert not any(step.speaking for step in steps)


def test_a_tone_is_spoken_and_silence_is_not(
    lamp: Avatar, make_tone: Callable[..., Float32]
) -> None:
    clip = make_tone(2.0, (0.8, 1.2), rate=16_000)
    speaking = [step.speaking for step in _steps(_stream(lamp, OWN), [clip])]
    assert all(speaking[20:30])
    assert not any(speaking[:16])
    assert not any(speaking[38:])


def test_memory_does_not_grow(lamp: Avatar) -> None:
    stream = _stream(lamp, OWN)
    for _ in range(300):
        stream.push(np.zeros(640, np.float32))
    assert len(stream._ready) <= stream.look_ahead + 1
    assert len(stream._pcm) == 0
