"""Where recordings go, what they are called, and which of them runs on which stage."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from weakref import WeakKeyDictionary

from visavis.errors import MediaError, OutputError
from visavis.media.outputs.coded import Streams
from visavis.media.outputs.deck import Deck
from visavis.media.outputs.recording import Recording
from visavis.media.outputs.sink import Ended, Sink

_NAMES = 100  # that one second may need


class Tapes:
    """Recordings into one folder, one at a time for each stage."""

    def __init__(self, folder: Path, now: Callable[[], datetime] = datetime.now) -> None:
        """Raises `MediaError` if the folder cannot be there."""
        self.folder = folder
        self._now = now
        self._last: WeakKeyDictionary[Deck, Recording] = WeakKeyDictionary()
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise MediaError(f"{folder} cannot hold recordings: {error.strerror}.") from error

    def running(self, deck: Deck) -> Recording | None:
        """The recording that runs on a stage."""
        found = (sink for sink in deck.sinks if isinstance(sink, Recording) and not sink.done)
        return next(found, None)

    def last(self, deck: Deck) -> Recording | None:
        """The newest recording of a stage, whether or not it still runs."""
        return self._last.get(deck)

    async def start(self, deck: Deck) -> Recording:
        """Begin one. Raises `OutputError` if one runs, `MediaError` if it cannot be written."""
        if self.running(deck):
            raise OutputError("This stage is being recorded already.")
        label = deck.stage.actor.bundle.id if deck.stage.private else deck.stage.name
        sink = await deck.add(lambda streams, ended: self._make(label, streams, ended))
        assert isinstance(sink, Recording)
        self._last[deck] = sink
        return sink

    async def stop(self, deck: Deck) -> Recording:
        """End the one that runs, and wait until its file is finished. Raises `OutputError`."""
        recording = self.running(deck)
        if recording is None:
            raise OutputError("This stage is not being recorded.")
        await deck.remove(recording)
        return recording

    def _make(self, label: str, streams: Streams, ended: Ended) -> Sink:
        stem = f"{label}-{self._now():%Y%m%d-%H%M%S}"
        names = [f"{stem}.mp4", *(f"{stem}-{number}.mp4" for number in range(2, _NAMES))]
        free = next(name for name in names if not (self.folder / name).exists())
        return Recording(self.folder / free, streams, ended)
