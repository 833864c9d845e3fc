"""What every sink of coded media has in common: a thread of its own and a bounded queue."""

import logging
import queue
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import suppress

from visavis.media.outputs.coded import Coded, Streams

_log = logging.getLogger(__name__)
_WAITING = 720  # packets, ten seconds of picture and sound
_CLOSE_S = 15.0


def nobody(*_: object) -> None:
    """Nobody is to be told."""


class Sink(ABC):
    """Takes coded media from any thread, at once, and works on it in its own.

    It begins with a keyframe. When it falls ten seconds behind, everything up to the next
    keyframe is left out, picture with sound, and counted. `ended` is called in its thread when
    it ends, closed by us or not; `reason` says why.
    """

    kind = ""  # for counters

    def __init__(self, name: str, streams: Streams, ended: "Ended" = nobody):
        self.name = name
        self.dropped = 0  # packets
        self.reason = ""  # why it ended; empty: it was closed
        self.ask_keyframe: Callable[[], object] = nobody  # set by who feeds it
        self._told = ""  # why others let it end
        self._streams = streams
        self._ended = ended
        self._waiting: queue.Queue[Coded | None] = queue.Queue(_WAITING)
        self._shut = True  # until a keyframe comes
        self._from_s = 0.0  # when that was: older sound has no picture
        self.closing = threading.Event()
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._own, name=name, daemon=True)

    def start(self) -> None:
        """Begin to work."""
        self._thread.start()

    @property
    def done(self) -> bool:
        """True once it has ended."""
        return self._done.is_set()

    def put(self, coded: Coded) -> None:
        """Take one packet, now or never."""
        if self._shut:
            if not coded.keyframe:
                return
            self._shut, self._from_s = False, coded.time_s
        if coded.time_s < self._from_s or self.done:
            return
        try:
            self._waiting.put_nowait(coded)
        except queue.Full:
            self.dropped += 1
            self._reopen()

    def end(self, reason: str) -> None:
        """Let it end in good order, soon, for a reason that is not its own."""
        self._told = reason
        self.closing.set()
        with suppress(queue.Full):
            self._waiting.put_nowait(None)

    def close(self) -> None:
        """End in good order, and wait for it."""
        self.closing.set()
        if not self._thread.is_alive():
            return
        try:
            self._waiting.put(None, timeout=1.0)
        except queue.Full:  # it hangs, and looks at `closing` when it no longer does
            _log.warning("%s is slow to end", self.name)
        self._thread.join(_CLOSE_S)

    def _reopen(self) -> None:
        """Leave out what waits; go on with the next keyframe."""
        self._shut = True
        while True:
            try:
                self._waiting.get_nowait()
            except queue.Empty:
                break
            self.dropped += 1
        self.ask_keyframe()

    def _packets(self, timeout_s: float | None = None) -> Iterator[Coded]:
        """What comes, until `close`, or until nothing has come for `timeout_s`."""
        while not self.closing.is_set() or not self._waiting.empty():
            try:
                coded = self._waiting.get(timeout=timeout_s)
            except queue.Empty:
                return
            if coded is None:
                return
            yield coded

    def _own(self) -> None:
        try:
            self.reason = self._work() or self._told
        except Exception as error:  # an output's fault is its own
            _log.debug("%s failed", self.name, exc_info=True)
            self.reason = str(error) or type(error).__name__
        finally:
            self._done.set()
            self._ended(self)

    @abstractmethod
    def _work(self) -> str:
        """Use `_packets` until they end; return why, or an empty string if by `close`."""


Ended = Callable[[Sink], object]
