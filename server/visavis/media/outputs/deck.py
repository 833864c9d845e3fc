"""What leaves one stage for files and servers. The encoder runs only while something takes it."""

import asyncio
import logging
from collections.abc import Callable

from visavis.errors import OutputError
from visavis.media.outputs.coded import Streams
from visavis.media.outputs.programme import Programme
from visavis.media.outputs.sink import Ended, Sink
from visavis.media.stage import Stage

_log = logging.getLogger(__name__)
Make = Callable[[Streams, Ended], Sink]


class Deck:
    """The outputs of one stage. Whatever blocks is done in threads; the loop never waits."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.dropped = 0  # releases and packets that past outputs were too slow for
        self.failed: dict[str, int] = {}  # kind → outputs that ended for want of something
        self._loop = asyncio.get_running_loop()
        self._programme: Programme | None = None
        self._turn = asyncio.Lock()
        self._removals: set[asyncio.Task[None]] = set()
        self._closed = False

    @property
    def sinks(self) -> tuple[Sink, ...]:
        return self._programme.sinks if self._programme else ()

    async def add(self, make: Make) -> Sink:
        """Begin an output. Raises `OutputError` if the stage is closing, and what `make` raises."""
        async with self._turn:
            if self._closed or self.stage.ending.is_set():
                raise OutputError("The stage is closing; nothing more can leave it.")
            return await asyncio.to_thread(self._add, make)

    async def remove(self, sink: Sink) -> None:
        """End an output in good order."""
        async with self._turn:
            if self._programme and sink in self._programme.sinks:
                await asyncio.to_thread(self._remove, sink)

    async def close(self) -> None:
        """End every output in good order."""
        async with self._turn:
            self._closed = True
            if self._programme:
                await asyncio.to_thread(self._shut, self._programme)
        if self._removals:
            await asyncio.gather(*self._removals)

    def _add(self, make: Make) -> Sink:
        programme = self._programme or self._open()
        try:
            return programme.add(lambda streams: make(streams, self._ended))
        except BaseException:
            if not programme.sinks:
                self._shut(programme)
            raise

    def _open(self) -> Programme:
        bundle = self.stage.actor.bundle
        self._programme = Programme(bundle.width, bundle.height)
        self._loop.call_soon_threadsafe(self.stage.fanout.add, self._programme)
        return self._programme

    def _remove(self, sink: Sink) -> None:
        programme = self._programme
        assert programme is not None
        programme.remove(sink)
        sink.close()
        self.dropped += sink.dropped
        if not programme.sinks:
            self._shut(programme)

    def _shut(self, programme: Programme) -> None:
        self._programme = None
        self._loop.call_soon_threadsafe(self.stage.fanout.remove, programme)
        sinks = programme.sinks
        programme.close()
        self.dropped += programme.dropped + sum(sink.dropped for sink in sinks)

    def _ended(self, sink: Sink) -> None:
        self._loop.call_soon_threadsafe(self._notice, sink)

    def _notice(self, sink: Sink) -> None:
        """An output has ended: say why, and clear up if it was not by us."""
        if sink.reason:
            _log.warning("%s has ended: %s", sink.name, sink.reason)
            self.failed[sink.kind] = self.failed.get(sink.kind, 0) + 1
        removal = self._loop.create_task(self.remove(sink))
        self._removals.add(removal)
        removal.add_done_callback(self._removals.discard)
