"""The 25 FPS loop of one live session: the one place where the stages meet.

Each tick hears 40 ms of sound, makes the frame that this sound completes, and releases that frame
together with its own, equally delayed sound. Lip sync is this structure; nothing is tuned.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from visavis.core.canvas import Canvas
from visavis.core.choreography import Choreography
from visavis.core.compositor import Frame
from visavis.core.ladder import MouthLadder
from visavis.core.pacing import Pacer
from visavis.core.pcm import Resampler
from visavis.core.recycler import Recycler
from visavis.core.speech import SpeechState
from visavis.core.template import Template
from visavis.core.timeline import FRAME_OUTPUT_SAMPLES, FRAME_S, OUTPUT_RATE, SAMPLE_RATE
from visavis.engine.features import FeatureStream, SpeechStep
from visavis.engine.models import GeneratorError, PoolBusyError
from visavis.engine.pool import SessionPool
from visavis.engine.request import LateError, Planes
from visavis.media.ingest import Ingest

Float32 = NDArray[np.float32]
_log = logging.getLogger(__name__)
_FPS_WINDOW = 51  # releases, two seconds
RELEASE_S = 0.036  # from a tick to its release: the time that one frame may take to make


class Outlet(Protocol):
    """Where finished media goes. It must take them at once: bounded, never waiting."""

    def release(self, tick: int, frame: Frame, sound: Float32) -> None:
        """One video frame and its 1920 samples of 48 kHz mono, both of media time `tick`."""


@dataclass
class StreamCounters:
    """What the loop did since it began, in frames."""

    released: int = 0
    generated: int = 0
    late: int = 0  # not made in time: the mouth was held
    failed: int = 0  # the generator or the encoder failed: the idle frame was shown
    refused: int = 0  # the pool was full: the mouth was held
    spared: int = 0  # not due at this rung of the ladder: the mouth was held, or at rest
    skipped: int = 0  # the loop itself was held up


class AvatarStream:
    """Sound from `ingest`, talking frames to `outlet`, on one sample-counted clock."""

    def __init__(
        self,
        template: Template,
        features: Callable[[], FeatureStream],
        pool: SessionPool,
        ingest: Ingest,
        outlet: Outlet,
        clock: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """`clock` is monotonic, in seconds; `features` makes a fresh audio half."""
        self._canvas = Canvas(template, pool.window)
        self._new_features = features
        self._features = features()
        self._pool = pool
        self._ingest = ingest
        self._outlet = outlet
        self._clock = clock
        self._sleep = sleep
        self._resampler = _primed_resampler()
        self.look_ahead = self._features.look_ahead
        self._choreography = Choreography(template.repertoire, -self.look_ahead)
        self._sounds = deque(
            [np.zeros(FRAME_OUTPUT_SAMPLES, np.float32)] * self.look_ahead, self.look_ahead + 1
        )
        self.counters = StreamCounters()
        self.ladder = MouthLadder()
        self.state = SpeechState.IDLE
        self._mouth: Planes | None = None  # newest of the utterance, held when one is late
        self._mouths = Recycler((1, pool.window.planes_bytes), np.uint8)
        self._releases: deque[float] = deque(maxlen=_FPS_WINDOW)  # times, in seconds

    @property
    def delay_s(self) -> float:
        """From the arrival of a sound's last sample to its release, buffer included."""
        return self._ingest.buffered_s + self.look_ahead * FRAME_S + RELEASE_S

    @property
    def fps(self) -> float:
        """Frames released per second, over the last two seconds."""
        if len(self._releases) < 2:
            return 0.0
        return (len(self._releases) - 1) / (self._releases[-1] - self._releases[0])

    def gesture(self, name: str) -> bool:
        """Play a gesture when the idle clip next passes a home frame; the newest request wins.
        False: the avatar has no such gesture."""
        return self._choreography.request(name)

    async def run(self) -> None:
        """Release a frame every 40 ms until cancelled. Nothing that a model does ends it."""
        pacer = Pacer(self._clock())
        while True:
            await self._until(pacer.due_s)
            step, sound = self._hear()
            frame = await self._make(pacer.tick, step, pacer.due_s + RELEASE_S)
            await self._until(pacer.due_s + RELEASE_S)
            self._outlet.release(pacer.tick, frame, sound)
            self.counters.released += 1
            self._releases.append(self._clock())
            for _ in range(pacer.advance(self._clock())):
                self._hear()
                self.counters.skipped += 1

    async def _until(self, due_s: float) -> None:
        await self._sleep(max(0.0, due_s - self._clock()))

    def _hear(self) -> tuple[SpeechStep | None, Float32]:
        """Take one frame of sound; return what is now to be shown and to be heard."""
        sound = self._ingest.pull(FRAME_OUTPUT_SAMPLES)
        self._sounds.append(sound)
        try:
            steps = self._features.push(self._resampler.push(sound))
        except Exception:  # whatever an encoder raises, the stream goes on
            _log.warning("the audio encoder failed; it starts anew", exc_info=True)
            self.counters.failed += 1
            self._features = self._new_features()
            steps = []
        return (steps[0] if steps else None), self._sounds.popleft()

    async def _make(self, tick: int, step: SpeechStep | None, due_s: float) -> Frame:
        index = self._choreography.index(tick - self.look_ahead)
        speaking = step is not None and step.speaking
        self.state = SpeechState.SPEAKING if speaking else SpeechState.IDLE
        if step is None or not speaking:
            self._mouth = None
            return self._canvas.idle(index)
        if self.ladder.due(self._clock()):
            await self._renew(index, step, due_s)
        else:
            self.counters.spared += 1
            self._mouth = self._mouth if self.ladder.every else None
        if self._mouth is None:
            return self._canvas.idle(index)
        return self._canvas.speaking(index, self._mouth[0], step.gain)

    async def _renew(self, index: int, step: SpeechStep, due_s: float) -> None:
        """A new mouth if it comes in time; else the old one is held."""
        try:
            self._mouth = await self._generate(index, step, due_s)
            self.counters.generated += 1
            self.ladder.made()
        except (TimeoutError, LateError):
            self.counters.late += 1
            self.ladder.missed(self._clock())
        except PoolBusyError:
            self.counters.refused += 1
            self.ladder.missed(self._clock())
        except GeneratorError as error:
            _log.debug("%s; the idle frame is shown", error)
            self.counters.failed += 1
            self._mouth = None

    async def _generate(self, index: int, step: SpeechStep, due_s: float) -> Planes:
        left = max(0.0, due_s - self._clock())
        out = self._mouths.take()
        future = self._pool.submit((index,), step.audio[None], within_s=left, out=out)
        return await asyncio.wait_for(asyncio.wrap_future(future), left)


def _primed_resampler() -> Resampler:
    """48 → 16 kHz, one millisecond late, so that each frame of sound gives a frame of samples."""
    resampler = Resampler(OUTPUT_RATE, SAMPLE_RATE)
    resampler.push(np.zeros(resampler.reach, np.float32))
    return resampler
