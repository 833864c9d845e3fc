"""Offline: a file's sound spoken by an avatar, as MP4, as PNG frames, or both."""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from visavis.avatars import Avatar
from visavis.core.compositor import Frame
from visavis.core.timeline import FRAME_OUTPUT_SAMPLES, FRAME_SAMPLES
from visavis.engine.features import SpeechStep
from visavis.engine.layout import choose_plan
from visavis.engine.pool import SessionPool
from visavis.engine.reference import reference_frames
from visavis.engine.renderer import Renderer
from visavis.media.audiofile import AudioFile, RawSound
from visavis.sinks import Places, Sinks

Float32 = NDArray[np.float32]
BATCH = 8  # frames per run of a generator: more gain nothing
Progress = Callable[[int, int | None], None]  # frames done, frames in all if known


@dataclass(frozen=True)
class RenderJob:
    """What to render, and where to."""

    audio: Path  # "-": the standard input
    places: Places
    frames: int | None = None  # exactly so many; shorter audio is continued by silence
    sessions: int | None = None
    batch: int = BATCH
    reference: bool = False
    raw: RawSound | None = None  # how to read audio without a header


@dataclass(frozen=True)
class RenderResult:
    """What came out. The time counts from the first sample read to the last file closed."""

    frames: int
    seconds: float

    @property
    def fps(self) -> float:
        return self.frames / self.seconds


def render(avatar: Avatar, job: RenderJob, progress: Progress) -> RenderResult:
    """Render a file. Nothing half-written is left behind when it fails.

    Raises `MediaError` for the file and `GeneratorError` for the model.
    """
    bundle = avatar.bundle
    with AudioFile(job.audio, job.raw) as audio, ExitStack() as stack:
        total = job.frames or _announced_frames(audio)
        sinks = stack.enter_context(Sinks(job.places, bundle.width, bundle.height))
        make = _reference if job.reference else _pooled
        source = _Sound(audio, job.frames, sinks)
        started, done = time.perf_counter(), 0
        for frame in make(avatar, job, source, stack):
            sinks.frame(frame)
            done += 1
            progress(done, total)
        stack.close()
        return RenderResult(done, time.perf_counter() - started)


class _Sound:
    """The clip's analysis PCM, piece by piece; what is heard goes to the sinks on the way."""

    def __init__(self, audio: AudioFile, frames: int | None, sinks: Sinks) -> None:
        self._audio = audio
        self._frames = frames
        self._sinks = sinks

    def pieces(self) -> Iterator[Float32]:
        """Mono PCM at 16 kHz, cut or continued to the frames asked for."""
        if self._frames is None:
            yield from self._whole()
            return
        left = self._frames * FRAME_SAMPLES
        heard_left = self._frames * FRAME_OUTPUT_SAMPLES
        for stereo, mono in self._audio.chunks():
            self._sinks.sound(stereo[:heard_left])
            yield mono[:left]
            heard_left -= min(heard_left, len(stereo))
            left -= min(left, len(mono))
            if not left and not heard_left:
                return
        self._sinks.sound(np.zeros((heard_left, 2), np.float32))
        yield np.zeros(left, np.float32)

    def _whole(self) -> Iterator[Float32]:
        for stereo, mono in self._audio.chunks():
            self._sinks.sound(stereo)
            yield mono


def _pooled(avatar: Avatar, job: RenderJob, sound: _Sound, stack: ExitStack) -> Iterator[Frame]:
    plan = choose_plan(avatar.fast, job.sessions)
    pool = stack.enter_context(SessionPool(avatar.fast, plan, waiting=1024))
    renderer = Renderer(avatar.template, pool, job.batch)
    return renderer.frames(_steps(avatar, sound.pieces()))


def _steps(avatar: Avatar, pieces: Iterable[Float32]) -> Iterator[SpeechStep]:
    features = avatar.features()
    for piece in pieces:
        yield from features.push(piece)
    yield from features.flush()


def _reference(avatar: Avatar, job: RenderJob, sound: _Sound, _: ExitStack) -> Iterator[Frame]:
    pcm = np.concatenate(list(sound.pieces()))
    frames = reference_frames(
        avatar.bundle, avatar.template, avatar.encoder, avatar.generator.open(), pcm
    )
    return islice(frames, job.frames)


def _announced_frames(audio: AudioFile) -> int | None:
    seconds = audio.announced_seconds
    return round(seconds * 25) if seconds else None
