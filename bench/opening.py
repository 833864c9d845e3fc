"""The lips against the rendered truth, through the runtime itself, speech gate included."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bench.wav import SPEECH
from visavis.avatars import Avatar
from visavis.core.colour import planes_to_rgb
from visavis.core.compositor import crop
from visavis.core.timeline import SAMPLE_RATE
from visavis.engine.features import SpeechStep
from visavis.engine.models import Generator
from visavis.studio.heldout import read
from visavis.studio.opening import agreement, opening, stillness

Float32 = NDArray[np.float32]
_SILENCE_S = 10
_ROOM_DBFS = -60.0  # of the quiet room noise, the harder of the two silences


@dataclass(frozen=True)
class Openings:
    """How far the mouth opened, frame by frame, over all held-out sentences."""

    made: Float32
    true: Float32
    correlation: float
    lag_frames: int  # positive: the mouth is late
    silence_ratio: float  # swing in silence over the range in speech, the worse of two silences


def score_openings(avatar: Avatar) -> Openings:
    """Play every held-out sentence and two silences."""
    generator = avatar.generator.open()
    made, true = [], []
    for clip in read(SPEECH):
        curve = _play(avatar, generator, clip.pcm, clip.template)
        frames = min(len(curve), len(clip.opening))
        made.append(curve[:frames])
        true.append(clip.opening[:frames])
    spoken, truth = np.concatenate(made), np.concatenate(true)
    correlation, lag = agreement(spoken, truth)
    silence = max(stillness(_play(avatar, generator, pcm), spoken) for pcm in _silences())
    return Openings(spoken, truth, correlation, lag, silence)


def _silences() -> Iterator[Float32]:
    samples = _SILENCE_S * SAMPLE_RATE
    yield np.zeros(samples, np.float32)
    noise = np.random.default_rng(0).normal(0, 10 ** (_ROOM_DBFS / 20), samples)
    yield noise.astype(np.float32)


def _play(
    avatar: Avatar, generator: Generator, pcm: Float32, template: tuple[int, ...] | None = None
) -> Float32:
    """The opening in pixels per frame, over the given template frames or the idle loop."""
    features = avatar.features()
    steps = [*features.push(pcm), *features.flush()]
    indices = template or tuple(avatar.template.index(step.frame) for step in steps)
    pairs = zip(steps, indices, strict=False)
    return np.array([_opening(avatar, generator, step, i) for step, i in pairs], np.float32)


def _opening(avatar: Avatar, generator: Generator, step: SpeechStep, index: int) -> float:
    resting = avatar.template.roi(index)
    frame = avatar.template.idle(index)
    if step.speaking:
        roi = generator.generate(resting[None], step.audio[None])[0]
        frame = avatar.template.speaking(index, roi, step.gain)
    x, y = avatar.template.corners[index]
    shown = planes_to_rgb(crop(frame, x, y, avatar.template.size))
    return float(opening(shown, resting))
