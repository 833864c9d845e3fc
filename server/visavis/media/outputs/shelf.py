"""HLS by request: a stage's playlist begins when somebody asks for it, and ends when nobody does.

While it goes on it keeps the stage alive, like a viewer.
"""

import asyncio
import shutil
import tempfile
import time
from pathlib import Path

from visavis.errors import OutputError
from visavis.media.outputs.coded import Streams
from visavis.media.outputs.deck import Deck
from visavis.media.outputs.hls import PLAYLIST, HlsFolder
from visavis.media.outputs.sink import Ended, Sink
from visavis.media.waiting import first

_START_S = 12.0
_FIRST_SEGMENTS = 3  # players begin three before the end (RFC 8216 section 6.3.3)
_LOOK_S = 0.1


class Shelf:
    """The HLS folders of all stages, in one that is gone when we are."""

    def __init__(self, root: Path, limit: int = 8) -> None:
        """At most `limit` stages at a time."""
        self._root = root
        self._clock = time.monotonic
        self._limit = limit
        self._folders: dict[Deck, HlsFolder] = {}
        self._seats: dict[Deck, asyncio.Task[None]] = {}
        self._turn = asyncio.Lock()

    @property
    def busy(self) -> int:
        """Stages that are served now."""
        return sum(not folder.done for folder in self._folders.values())

    async def playlist(self, deck: Deck) -> str:
        """The playlist, which begins now if need be. Raises `OutputError`."""
        async with self._turn:
            folder = self._folders.get(deck)
            if folder is None or folder.done:
                folder = await self._begin(deck)
        deadline_s = self._clock() + _START_S
        while (text := await asyncio.to_thread(_read, folder)).count("#EXTINF") < _FIRST_SEGMENTS:
            if folder.done or self._clock() > deadline_s:
                raise OutputError("The stream does not come; try again in a few seconds.", 503)
            await asyncio.sleep(_LOOK_S)
        return text

    def file(self, deck: Deck, name: str) -> Path | None:
        """A segment that is in the window now."""
        folder = self._folders.get(deck)
        return folder.file(name) if folder else None

    async def forget(self, deck: Deck) -> None:
        """Remove what a stage that has ended has left."""
        folder = self._folders.pop(deck, None)
        if folder:
            await self._seats.pop(deck)
            await asyncio.to_thread(shutil.rmtree, folder.folder, True)

    async def _begin(self, deck: Deck) -> HlsFolder:
        await self.forget(deck)
        if self.busy >= self._limit:
            raise OutputError(f"HLS already serves {self._limit} stages; try again later.", 503)
        place = Path(tempfile.mkdtemp(dir=self._root))
        loop, over = asyncio.get_running_loop(), asyncio.Event()

        def make(streams: Streams, ended: Ended) -> Sink:
            def both(sink: Sink) -> None:
                ended(sink)
                loop.call_soon_threadsafe(over.set)

            return HlsFolder(place, streams, both)

        folder = await deck.add(make)
        assert isinstance(folder, HlsFolder)
        self._folders[deck] = folder
        self._seats[deck] = asyncio.create_task(_sit(deck, over))
        return folder


def _read(folder: HlsFolder) -> str:
    path = folder.file(PLAYLIST)
    return path.read_text("utf-8") if path else ""


async def _sit(deck: Deck, over: asyncio.Event) -> None:
    """Keep the stage alive while its playlist goes on."""
    with deck.stage.hold():
        deck.stage.begin()
        await first(over.wait(), deck.stage.ending.wait())
