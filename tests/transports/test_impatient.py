"""A caller who does not finish his request's headers loses the connection; others do not wait."""

import asyncio
import socket
from collections.abc import AsyncIterator

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from visavis.http_server import HttpServer
from visavis.transports import impatient

REQUEST = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"


@pytest.fixture
async def port(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[int]:
    """A server with a patience of a fifth of a second."""
    monkeypatch.setattr(impatient, "HEADERS_TIMEOUT_S", 0.2)
    app = Starlette(routes=[Route("/", lambda request: PlainTextResponse("hello"))])
    config = uvicorn.Config(
        app, http=impatient.ImpatientH11, log_level="critical", lifespan="off", ws="none"
    )
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        server = HttpServer(config)
        running = asyncio.create_task(server.serve(sockets=[listener]))
        while not server.started:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        yield listener.getsockname()[1]
        server.should_exit = True
        await running


@pytest.mark.parametrize("sent", [b"", b"GET /", REQUEST[:-2]])
async def test_unfinished_headers_end_the_connection(port: int, sent: bytes) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(sent)
    assert await reader.read() == b""  # which returns only when the server hangs up
    writer.close()
    await writer.wait_closed()


async def test_dripping_headers_do_not_buy_time(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    ended = asyncio.create_task(reader.read())
    writer.write(b"GET / HTTP/1.1\r\n")
    while not ended.done():
        writer.write(b"X-Slow: yes\r\n")
        await asyncio.sleep(0.02)
    assert await ended == b""
    writer.close()


async def test_a_whole_request_is_answered_and_so_is_the_next(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for _ in range(2):
        writer.write(REQUEST)
        answer = await reader.readuntil(b"hello")
        assert answer.startswith(b"HTTP/1.1 200 OK")
    writer.close()
    await writer.wait_closed()
