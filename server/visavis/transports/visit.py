"""A visit: one peer's stay on a stage, known by an address that nobody can guess."""

import asyncio
import logging
import secrets
from contextlib import AsyncExitStack

from visavis.core.template import Template
from visavis.errors import ServerFullError
from visavis.media.stage import Stage
from visavis.media.waiting import first
from visavis.transports.peer import Peer

_log = logging.getLogger(__name__)
CONNECT_TIMEOUT_S = 15.0
_RETRY_AFTER_S = 10
_SECRET_BYTES = 24


class Visit:
    """`stay` owns all that a peer has on its stage."""

    def __init__(self, stage: Stage, peer: Peer, canvas: Template | None = None) -> None:
        """`canvas`: see `Stage.broadcast`."""
        self.id = secrets.token_urlsafe(_SECRET_BYTES)
        self.etag = f'"{secrets.token_hex(4)}"'  # of the ICE session, RFC 9725 section 4.3.1
        self.stage = stage
        self.peer = peer
        self._canvas = canvas
        self._ended = asyncio.Event()
        self._reason = "ended"

    def end(self, reason: str = "ended") -> None:
        """Ask the visit to end; `stay` returns soon after."""
        if not self._ended.is_set():
            self._reason = reason
            self._ended.set()

    async def stay(self) -> str:
        """Stay until the peer goes, never comes, or is asked to leave; return which it was."""
        async with AsyncExitStack() as stack:
            stack.push_async_callback(self.peer.close)
            if not await self._connected():
                return self._reason if self._leaves else "never connected"
            self._enter(stack)
            await first(self.peer.closed.wait(), *(event.wait() for event in self._ends()))
            return self._reason if self._leaves else "peer left"

    @property
    def _leaves(self) -> bool:
        return self._ended.is_set() or self.stage.ending.is_set()

    def _ends(self) -> tuple[asyncio.Event, ...]:
        return self._ended, self.stage.ending

    def _enter(self, stack: AsyncExitStack) -> None:
        """Show the stage to the peer, and let it speak there."""
        stage, peer = self.stage, self.peer
        stage.begin()
        if peer.tracks:
            peer.tracks.watch(stage.broadcast(self._canvas))
        if peer.ingest:
            stage.sound.take(peer.ingest, lambda: self.end("replaced by a newer one"))
            stack.callback(stage.sound.leave, peer.ingest)

    async def _connected(self) -> bool:
        events = (self.peer.connected, self.peer.closed, *self._ends())
        await first(*(event.wait() for event in events), asyncio.sleep(CONNECT_TIMEOUT_S))
        return self.peer.connected.is_set() and not self._leaves


class Visits:
    """The visits that go on, by secret, and how many may."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._visits: dict[str, Visit] = {}

    def __len__(self) -> int:
        return len(self._visits)

    def find(self, secret: str) -> Visit | None:
        return self._visits.get(secret)

    def on(self, stage: Stage) -> list[Visit]:
        """The visits to one stage."""
        return [visit for visit in self._visits.values() if visit.stage is stage]

    def require_room(self) -> None:
        """Raises `ServerFullError` if there are as many viewers and callers as may be."""
        if len(self._visits) >= self.limit:
            raise ServerFullError(
                f"All {self.limit} connections are taken; try again in a little while.",
                _RETRY_AFTER_S,
            )

    def begin(self, stage: Stage, peer: Peer, canvas: Template | None = None) -> Visit:
        """Let a peer that has been answered stay on a stage; `canvas`: see `Stage.broadcast`."""
        visit = Visit(stage, peer, canvas)
        self._visits[visit.id] = visit
        stage.welcome(visit.stay()).add_done_callback(lambda _: self._visits.pop(visit.id))
        return visit
