"""The deck of every stage: it is there as long as its stage is, and ends in good order with it."""

import asyncio
import logging
from collections.abc import Iterable

from visavis.errors import VisavisError
from visavis.media.outputs.deck import Deck
from visavis.media.outputs.shelf import Shelf
from visavis.media.outputs.tapes import Tapes
from visavis.media.stage import Stage

_log = logging.getLogger(__name__)


class Decks:
    """Put `open` on the list of who is told of new stages."""

    def __init__(self, tapes: Tapes | None, shelf: Shelf | None, *, record_all: bool) -> None:
        """None: there are no recordings, or no HLS. `record_all`: every stage is recorded."""
        self.tapes = tapes
        self.shelf = shelf
        self.past_dropped = 0  # releases and packets, on stages that have ended
        self.past_failed: dict[str, int] = {}  # kind → outputs that ended for want of something
        self._record_all = record_all
        self._decks: dict[Stage, Deck] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def live(self) -> list[Deck]:
        return list(self._decks.values())

    def find(self, stage: Stage) -> Deck:
        """The deck of a stage that has been opened."""
        return self._decks[stage]

    def open(self, stage: Stage) -> None:
        """A stage has been opened."""
        self._decks[stage] = Deck(stage)
        task = asyncio.create_task(self._stay(self._decks[stage]))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """Wait until the outputs of all stages, which are ending, have ended too."""
        if self._tasks:
            await asyncio.wait(self._tasks)

    async def _stay(self, deck: Deck) -> None:
        try:
            if self.tapes and self._record_all:
                await self._record(self.tapes, deck)
            await deck.stage.ending.wait()
        finally:
            await deck.close()
            if self.shelf is not None:
                await self.shelf.forget(deck)
            del self._decks[deck.stage]
            self.past_dropped += deck.dropped
            add(self.past_failed, deck.failed.items())

    async def _record(self, tapes: Tapes, deck: Deck) -> None:
        try:
            await tapes.start(deck)
        except VisavisError as error:
            _log.warning("a stage is not recorded: %s", error)


def add(total: dict[str, int], part: Iterable[tuple[str, int]]) -> None:
    """Add counts by name to others."""
    for name, count in part:
        total[name] = total.get(name, 0) + count
