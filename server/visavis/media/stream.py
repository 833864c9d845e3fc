"""The 25 FPS loop of one live stream: the one place where the stages meet.

Each tick hears 40 ms of sound, makes the frame that this sound completes, and releases that frame
together with its own, equally delayed sound. Lip sync is this structure; nothing is tuned. A loop
that is late catches up with the sound, back to back, and leaves pictures out.
Whatever is under way carries the generation that it was heard in; an interrupt begins a new one.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from visavis.core.cadence import Cadence
from visavis.core.canvas import Canvas
from visavis.core.choreography import Choreography
from visavis.core.compositor import Frame
from visavis.core.ladder import MouthLadder
from visavis.core.latency import LATENCIES, Latency
from visavis.core.pacing import Pacer
from visavis.core.recycler import Recycler
from visavis.core.speech import SpeechState
from visavis.core.template import Template
from visavis.core.timeline import FRAME_S
from visavis.engine.features import FeatureStream, SpeechStep
from visavis.engine.models import GeneratorError, PoolBusyError
from visavis.engine.pool import SessionPool
from visavis.engine.request import LateError, Planes
from visavis.media.hearing import Hearing, Moment, fade_out
from visavis.media.outlet import Audience, Outlet
from visavis.media.streamcounters import StreamCounters
from visavis.media.switch import Source

Float32 = NDArray[np.float32]
_log = logging.getLogger(__name__)
_CATCH_UP = 12  # ticks: sound that is later than half a second is of no more use
_PASSES = 4  # of the loop, until what waits in a socket has come through
_CLOSING_GAIN = 0.5  # of the one frame between an open mouth and a closed one


@dataclass(frozen=True)
class Pose:
    """What a frame shows, before it is composed for one canvas or several."""

    index: int  # of the template frame
    mouth: Planes | None  # [bytes]; None: at rest, or there was no time to make one
    gain: float  # 0: nobody speaks


class AvatarStream:
    """Sound from `source`, talking frames to `outlet`, on one sample-counted clock."""

    def __init__(
        self,
        template: Template,
        features: Callable[[], FeatureStream],
        pool: SessionPool,
        source: Source,
        outlet: Outlet,
        clock: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        latency: Latency = LATENCIES["balanced"],
    ) -> None:
        """`clock` is monotonic, in seconds; `features` makes a fresh audio half, of the same
        `latency`."""
        self._canvas = Canvas(template, pool.window)
        self._hearing = Hearing(source, features)
        self._pool = pool
        self._source = source
        self._outlet = outlet
        self._clock = clock
        self._sleep = sleep
        self._release_s = latency.release_s
        self.look_ahead = self._hearing.look_ahead
        self._choreography = Choreography(template.repertoire, -self.look_ahead)
        self.counters = StreamCounters()
        self.ladder = MouthLadder()
        self.state = SpeechState.IDLE
        self.listeners: list[Callable[[SpeechState], None]] = []  # told when `state` is released
        self.canvases: list[tuple[Canvas, Audience]] = []  # composed for as well, while watched
        self._pose = Pose(0, None, 0.0)  # newest that was released
        self._moment: Moment | None = None  # heard and not yet released
        self._closing = False  # the next frame is between an open mouth and a closed one
        self._mouth: Planes | None = None  # newest of the utterance, held when one is late
        self._mouths = Recycler((1, pool.window.planes_bytes), np.uint8)
        self._releases = Cadence()  # of frames

    @property
    def delay_s(self) -> float:
        """From the arrival of a sound's last sample to its release, buffer included."""
        return self._source.buffered_s + self.look_ahead * FRAME_S + self._release_s

    @property
    def fps(self) -> float:
        """Frames released per second, over the last two seconds."""
        return self._releases.fps

    @property
    def interval_p99_s(self) -> float:
        """The 99th percentile of the time between two releases, over the last minute."""
        return self._releases.interval_p99_s

    @property
    def stages_s(self) -> dict[str, float]:
        """Where the time from a sound's arrival to its release goes, as it is now."""
        return {
            "jitter buffer": self._source.buffered_s,
            "wait for the tick": FRAME_S / 2,
            "look-ahead": self.look_ahead * FRAME_S,
            "making the frame": self._release_s,
        }

    def gesture(self, name: str) -> bool:
        """Play a gesture when the idle clip next passes a home frame; the newest request wins.
        False: the avatar has no such gesture."""
        return self._choreography.request(name)

    def show(self, template: Template, outlet: Audience) -> None:
        """Compose each frame for another template of the same avatar, too, while it is watched."""
        self.canvases.append((Canvas(template, self._pool.window), outlet))

    def interrupt(self) -> None:
        """Drop all sound that was not yet released, and close the mouth with the next frames."""
        self._source.interrupt()
        self.counters.interrupted += self._hearing.interrupt(sounding=self._moment is None)
        self._closing = True
        self._mouth = None

    def forget(self) -> None:
        """Let go of kept frames and of listeners: what has ended is to be freed at once."""
        self.listeners.clear()
        for canvas, _ in ((self._canvas, None), *self.canvases):
            canvas.forget()

    async def run(self) -> None:
        """Release a frame every 40 ms until cancelled. Nothing that a model does ends it."""
        pacer = Pacer(self._clock())
        while True:
            await self._until(pacer.due_s)
            self._moment = moment = await self._hear(pacer.due_s)
            pose = await self._make(pacer.tick, moment, pacer.due_s + self._release_s)
            await self._until(pacer.due_s + self._release_s)
            self._release(pacer.tick, pose, moment)
            self._moment = None
            await self._catch_up(pacer)

    async def _until(self, due_s: float) -> None:
        await self._sleep(max(0.0, due_s - self._clock()))

    async def _hear(self, due_s: float) -> Moment:
        """What was due then. Sound that the loop has not yet read is not missing: it is read."""
        for _ in range(_PASSES):
            if not self._hearing.short:
                break
            await asyncio.sleep(0)
        moment = self._hearing.next(max(0.0, self._clock() - due_s))
        self.counters.failed += moment.failed
        return moment

    async def _catch_up(self, pacer: Pacer) -> None:
        """Go to the next tick; the sound of those that were slept through goes out at once."""
        missed = pacer.advance(self._clock())
        for tick in range(pacer.tick - missed, pacer.tick):
            if pacer.tick - tick > _CATCH_UP:
                self.counters.lost += 1
                continue
            moment = await self._hear(pacer.due_of(tick))
            self._let_out(tick, moment, None)
            self.counters.skipped += 1
            await asyncio.sleep(0)  # others are late, too

    def _release(self, tick: int, pose: Pose, moment: Moment) -> None:
        if self._closing:
            self._closing = False
            pose = Pose(pose.index, self._pose.mouth, _CLOSING_GAIN * self._pose.gain)
        self._let_out(tick, moment, pose)
        self._pose = pose
        self.counters.released += 1
        self._releases.note(self._clock())
        self._tell(SpeechState.SPEAKING if pose.gain > 0 else SpeechState.IDLE)

    def _let_out(self, tick: int, moment: Moment, pose: Pose | None) -> None:
        current = self._hearing.is_current(moment)  # not interrupted since it was heard
        sound = moment.sound if current else fade_out(moment.sound)
        self._outlet.release(tick, _composed(self._canvas, pose), sound)
        for canvas, outlet in self.canvases:
            if outlet.viewers:
                outlet.release(tick, _composed(canvas, pose), sound)
            else:
                canvas.forget()
        if current:
            moment.receipt()

    def _tell(self, state: SpeechState) -> None:
        if state is not self.state:
            self.state = state
            for listener in tuple(self.listeners):
                try:
                    listener(state)
                except Exception:  # whoever watches must not be able to stop the stream
                    _log.exception("a listener of the stream failed")

    async def _make(self, tick: int, moment: Moment, due_s: float) -> Pose:
        index, step = self._choreography.index(tick - self.look_ahead), moment.step
        if step is None or not step.speaking:
            self._mouth = None
            return Pose(index, None, 0.0)
        if self.ladder.due(self._clock()):
            await self._renew(index, step, due_s, moment)
        else:
            self.counters.spared += 1
            self._mouth = self._mouth if self.ladder.every else None
        return Pose(index, self._mouth, step.gain)

    async def _renew(self, index: int, step: SpeechStep, due_s: float, moment: Moment) -> None:
        """A new mouth if it comes in time; else the old one is held."""
        try:
            mouth = await self._generate(index, step, due_s)
            self.counters.generated += 1
            self.ladder.made()
            self._mouth = mouth if self._hearing.is_current(moment) else None
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
        left, out = max(0.0, due_s - self._clock()), self._mouths.take()
        future = self._pool.submit((index,), step.audio[None], within_s=left, out=out)
        # Python 3.11's wait_for swallows a cancellation that comes together with the result.
        async with asyncio.timeout(left):
            mouth: Planes = (await asyncio.wrap_future(future))[0]
        return mouth


def _composed(canvas: Canvas, pose: Pose | None) -> Frame | None:
    return canvas.frame(pose.index, pose.mouth, pose.gain) if pose else None
