"""A stream's programme: one encoder in a thread of its own, for every sink that listens."""

import logging
import queue
import threading
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from visavis.core.compositor import Frame
from visavis.core.continuity import Continuity
from visavis.core.timeline import FPS, FRAME_OUTPUT_SAMPLES
from visavis.media.outputs.coded import Coded, Streams
from visavis.media.outputs.encoder import FilmEncoder
from visavis.media.outputs.sink import Sink

Float32 = NDArray[np.float32]
_log = logging.getLogger(__name__)
_WAITING = 50  # releases, two seconds
_KEYFRAME_EVERY = FPS // 2  # frames; requests in between wait
MakeSink = Callable[[Streams], Sink]


class Programme:
    """An outlet of the stream. When the encoder falls two seconds behind, whole releases are left
    out, picture with sound, and counted; the stream never waits."""

    def __init__(self, width: int, height: int) -> None:
        self.dropped = 0  # releases
        self.failure: Exception | None = None
        self._encoder = FilmEncoder(width, height)
        self._continuity = Continuity()
        self._sinks: tuple[Sink, ...] = ()
        self._lock = threading.Lock()  # of `_sinks` while it changes
        self._wanted = threading.Event()  # a keyframe
        self._since_keyframe = _KEYFRAME_EVERY
        self._waiting: queue.Queue[tuple[int, Frame | None, Float32] | None] = queue.Queue(_WAITING)
        self._thread = threading.Thread(target=self._encode, name="programme", daemon=True)
        self._thread.start()

    @property
    def sinks(self) -> tuple[Sink, ...]:
        return self._sinks

    def add(self, make: MakeSink) -> Sink:
        """Make a sink and let it begin, with a keyframe of its own. Raises what `make` raises."""
        sink = make(self._encoder.streams)
        sink.ask_keyframe = self._wanted.set
        sink.start()
        with self._lock:
            self._sinks = (*self._sinks, sink)
        self._wanted.set()
        return sink

    def remove(self, sink: Sink) -> None:
        """Give a sink nothing more; to close it is left to the caller."""
        with self._lock:
            self._sinks = tuple(other for other in self._sinks if other is not sink)

    def release(self, tick: int, frame: Frame | None, sound: Float32) -> None:
        """See `visavis.media.outlet.Outlet`."""
        try:
            picture = None if frame is None else frame.copy()
            self._waiting.put_nowait((tick, picture, sound.copy()))
        except queue.Full:
            self.dropped += 1

    def close(self) -> None:
        """Encode what waits, then close every sink. Blocks until all of it is done."""
        self._waiting.put(None)
        self._thread.join()
        for sink in self._sinks:
            sink.close()
        self._sinks = ()

    def _encode(self) -> None:
        try:
            while (release := self._waiting.get()) is not None:
                self._encode_one(*release)
            for coded in self._encoder.rest():
                self._hand_on(coded)
        except Exception as error:  # of the encoder: the outputs end, the stream goes on
            _log.exception("the encoder of the outputs failed")
            self.failure = error
            for sink in self._sinks:
                sink.end("the encoder failed")
            while self._waiting.get() is not None:
                self.dropped += 1

    def _encode_one(self, tick: int, frame: Frame | None, sound: Float32) -> None:
        index, missing = self._continuity.place(tick)
        if missing:  # silence in place of what was left out keeps sound and picture together
            sound = np.concatenate((np.zeros(missing * FRAME_OUTPUT_SAMPLES, np.float32), sound))
        if frame is not None:
            self._encode_picture(index, frame)
        for coded in self._encoder.sound((index - missing) * FRAME_OUTPUT_SAMPLES, sound):
            self._hand_on(coded)

    def _encode_picture(self, index: int, frame: Frame) -> None:
        keyframe = self._wanted.is_set() and self._since_keyframe >= _KEYFRAME_EVERY
        if keyframe:
            self._wanted.clear()
        self._since_keyframe += 1
        for coded in self._encoder.picture(index, frame, keyframe):
            self._since_keyframe = 0 if coded.keyframe else self._since_keyframe
            self._hand_on(coded)

    def _hand_on(self, coded: Coded) -> None:
        for sink in self._sinks:
            sink.put(coded)
