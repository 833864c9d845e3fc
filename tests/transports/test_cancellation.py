"""A call that is cancelled at any of its awaits leaves nothing: no task, no place, no socket."""

import asyncio
import itertools
from collections.abc import Coroutine, Generator
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from starlette.types import Receive, Scope, Send
from tests.transports.caller import Caller
from tests.transports.conftest import AppMaker

from visavis.media.stages import Stages
from visavis.transports import house
from visavis.transports import visit as visit_module
from visavis.transports.peer import Peer

SDP = {"Content-Type": "application/sdp"}
pytestmark = pytest.mark.usefixtures("loopback")


class CutShort:
    """Awaits a coroutine, and cancels the task that does so at its n-th wait."""

    def __init__(self, inner: Coroutine[Any, Any, None], waits: int) -> None:
        self._inner = inner
        self.left = waits

    def __await__(self) -> Generator[Any, Any, None]:
        inner = self._inner.__await__()
        step: Any = inner.send
        given: Any = None
        while True:
            try:
                waited = step(given)
            except StopIteration:
                return
            self.left -= 1
            task = asyncio.current_task()
            if self.left == 0 and task:
                task.cancel()
            try:
                step, given = inner.send, (yield waited)
            except BaseException as error:  # handed on, whatever it is
                step, given = inner.throw, error


def _descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


async def _settled(stages: Stages, tasks: set["asyncio.Task[Any]"]) -> None:
    while stages.live or asyncio.all_tasks() - tasks:  # noqa: ASYNC110  # pytest's limit ends it
        await asyncio.sleep(0.01)


@pytest.mark.parametrize("path", ["/api/talk/lamp", "/whep/news"])
async def test_a_call_may_be_cancelled_anywhere(
    make_app: AppMaker, stages: Stages, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    monkeypatch.setattr(visit_module, "CONNECT_TIMEOUT_S", 0.05)
    app = make_app(call_rate=1000.0)
    cuts: list[CutShort] = []
    peers: list[Peer] = []

    def make_peer(*arguments: Any) -> Peer:
        peers.append(Peer(*arguments))
        return peers[-1]

    monkeypatch.setattr(house, "Peer", make_peer)

    async def cut_short(scope: Scope, receive: Receive, send: Send) -> None:
        cuts.append(CutShort(app(scope, receive, send), len(cuts) + 1))
        await cuts[-1]

    async with Caller(np.zeros(0, np.float32)) as caller:
        offer = await caller.offer()
        transport = httpx.ASGITransport(cut_short)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            tasks, descriptors = asyncio.all_tasks(), _descriptors()
            for _ in itertools.count():
                call = asyncio.create_task(client.post(path, content=offer, headers=SDP))
                (ended,) = await asyncio.gather(call, return_exceptions=True)
                await _settled(stages, tasks)
                assert stages.free == 2
                assert all(peer.closed.is_set() for peer in peers)
                assert _descriptors() == descriptors
                if cuts[-1].left > 0:
                    break
                assert isinstance(ended, asyncio.CancelledError | httpx.Response)
    assert isinstance(ended, httpx.Response)
    assert ended.status_code == 201
    assert len(cuts) > 2
