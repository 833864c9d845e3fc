"""A server with two stages of the lamp: asked without a network, or over a real socket."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, ExitStack, asynccontextmanager
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from visavis.app import Server, build_app
from visavis.avatars import Avatar
from visavis.config import ServeConfig
from visavis.engine.pool import SessionPool
from visavis.http_server import http_server
from visavis.media.showcase import Showcase
from visavis.media.stages import Stages
from visavis.outputs import Outputs

AppMaker = Callable[..., Starlette]
ClientMaker = Callable[..., httpx.AsyncClient]
ServerMaker = Callable[..., AbstractAsyncContextManager[str]]


@pytest.fixture
def stages(pool: SessionPool) -> Stages:
    return Stages(2, pool)


@pytest.fixture
async def make_app(
    lamp: Avatar, pool: SessionPool, stages: Stages, tmp_path: Path
) -> AsyncIterator[AppMaker]:
    """Makes applications of any settings; their stages end with the test."""

    def make(**settings: object) -> Starlette:
        config = ServeConfig(**settings)  # type: ignore[arg-type]
        outputs = ends.enter_context(Outputs(config.outputs, lamp, tmp_path))
        showcase = Showcase(tmp_path, lamp.template)
        return build_app(Server(config, lamp, pool, stages, showcase, outputs))

    with ExitStack() as ends:
        yield make
        await stages.close()


@pytest.fixture
async def make_client(make_app: AppMaker) -> AsyncIterator[ClientMaker]:
    """Makes clients of a fresh application."""
    clients: list[httpx.AsyncClient] = []

    def make(**settings: object) -> httpx.AsyncClient:
        transport = httpx.ASGITransport(make_app(**settings), raise_app_exceptions=False)
        clients.append(httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8080"))
        return clients[-1]

    yield make
    for client in clients:
        await client.aclose()


@pytest.fixture
def client(make_client: ClientMaker) -> httpx.AsyncClient:
    return make_client()


@pytest.fixture
def serving(make_app: AppMaker) -> ServerMaker:
    """Serves a fresh application on loopback; enters to its address, such as 127.0.0.1:4711."""

    @asynccontextmanager
    async def serve(**settings: object) -> AsyncIterator[str]:
        listener = socket.create_server(("127.0.0.1", 0))
        server = http_server(make_app(**settings))
        running = asyncio.create_task(server.serve(sockets=[listener]))
        while not server.started:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        try:
            yield "{}:{}".format(*listener.getsockname())
        finally:
            server.should_exit = True
            await running

    return serve
