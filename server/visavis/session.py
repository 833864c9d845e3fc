"""Live sessions: one function owns each lifetime; a desk admits them and knows them by secret."""

import asyncio
import logging
import secrets
from collections.abc import Coroutine, Iterator, Sequence
from contextlib import AsyncExitStack, contextmanager
from typing import Any

from aiortc import RTCIceServer

from visavis.avatars import Avatar
from visavis.engine.pool import SessionPool
from visavis.errors import ServerFullError
from visavis.media.ingest import Ingest, IngestCounters
from visavis.media.stream import AvatarStream, StreamCounters
from visavis.transports.peer import TalkPeer
from visavis.transports.tracks import TalkTracks

_log = logging.getLogger(__name__)
CONNECT_TIMEOUT_S = 15.0
_RETRY_AFTER_S = 10
_CLOSE_S = 5.0


class LiveSession:
    """Someone talks, the avatar speaks it back. `run` owns everything that the session has."""

    def __init__(self, avatar: Avatar, pool: SessionPool, ice_servers: Sequence[RTCIceServer]):
        self.id = secrets.token_urlsafe(24)
        self.avatar = avatar
        self.ingest = Ingest()
        self.tracks = TalkTracks()
        self.peer = TalkPeer(self.ingest, self.tracks, ice_servers)
        self.stream = AvatarStream(
            avatar.template,
            avatar.features,
            pool,
            self.ingest,
            self.tracks,
            clock=asyncio.get_running_loop().time,
        )
        self._ended = asyncio.Event()

    def end(self) -> None:
        """Ask the session to end; `run` returns soon after."""
        self._ended.set()

    async def run(self) -> str:
        """Live until the peer goes, never comes, or `end` is called; return which it was."""
        async with AsyncExitStack() as stack:
            stack.push_async_callback(self.peer.close)
            if not await self._connected():
                return "ended before it connected" if self._ended.is_set() else "never connected"
            stream = asyncio.create_task(self.stream.run())
            stack.push_async_callback(_cancelled, stream)
            await _first(self.peer.closed.wait(), self._ended.wait(), _outcome(stream))
            if stream.done():
                _log.error("the stream failed", exc_info=stream.exception())
                return "stream failed"
            return "ended" if self._ended.is_set() else "peer left"

    async def _connected(self) -> bool:
        events = (self.peer.connected, self.peer.closed, self._ended)
        await _first(*(event.wait() for event in events), asyncio.sleep(CONNECT_TIMEOUT_S))
        return self.peer.connected.is_set() and not self._ended.is_set()


class SessionDesk:
    """Admits sessions up to a limit, looks them up, and ends them all at the close."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.accepted = 0
        self.rejected = 0
        self.ended: dict[str, int] = {}  # reason → sessions
        self.past_frames = StreamCounters()  # of the sessions that have ended
        self.past_sound = IngestCounters()
        self.past_dropped = 0  # frames and packets that senders were too slow for
        self._sessions: dict[str, LiveSession] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._reserved = 0
        self._closing = False

    @property
    def live(self) -> list[LiveSession]:
        return list(self._sessions.values())

    @property
    def free(self) -> int:
        """Places that a new caller could take."""
        return 0 if self._closing else self.limit - len(self._sessions) - self._reserved

    def find(self, secret: str) -> LiveSession | None:
        return self._sessions.get(secret)

    @contextmanager
    def place(self) -> Iterator[None]:
        """Reserve a place before anything is allocated for it; on leaving it is free again,
        unless `start` has filled it. Raises `ServerFullError`."""
        self._reserve()
        try:
            yield
        finally:
            self._reserved -= 1

    def _reserve(self) -> None:
        if self._closing:
            self.rejected += 1
            raise ServerFullError("The server is shutting down; try again soon.", _RETRY_AFTER_S)
        if self.free <= 0:
            self.rejected += 1
            raise ServerFullError(
                f"All {self.limit} places are taken; try again in a little while.", _RETRY_AFTER_S
            )
        self._reserved += 1

    def start(self, session: LiveSession) -> None:
        """Run a session in a place that was reserved for it."""
        self.accepted += 1
        self._sessions[session.id] = session
        self._tasks[session.id] = asyncio.create_task(self._own(session))

    def refuse(self) -> None:
        """Admit no more."""
        self._closing = True

    async def close(self) -> None:
        """Admit no more, end every session, and wait until all are gone; cancel stragglers."""
        self.refuse()
        for session in self.live:
            session.end()
        tasks = list(self._tasks.values())
        if not tasks:
            return
        _, late = await asyncio.wait(tasks, timeout=_CLOSE_S)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    async def _own(self, session: LiveSession) -> None:
        reason = "failed"
        try:
            reason = await session.run()
        except Exception:  # one session's fault must not reach another's
            _log.exception("session failed")
        finally:
            self.ended[reason] = self.ended.get(reason, 0) + 1
            _add(self.past_frames, session.stream.counters)
            _add(self.past_sound, session.ingest.counters)
            self.past_dropped += session.tracks.dropped
            del self._sessions[session.id], self._tasks[session.id]
            _log.info("session of %s closed: %s", session.avatar.bundle.id, reason)


def _add(total: StreamCounters | IngestCounters, part: StreamCounters | IngestCounters) -> None:
    for counter, value in vars(part).items():
        setattr(total, counter, getattr(total, counter) + value)


async def _first(*waits: Coroutine[Any, Any, object]) -> None:
    """Wait for the first of several awaitables; cancel the others and wait for that too."""
    tasks = [asyncio.ensure_future(wait) for wait in waits]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _outcome(task: "asyncio.Task[None]") -> None:
    await asyncio.wait([task])


async def _cancelled(task: "asyncio.Task[None]") -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
