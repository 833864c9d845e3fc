"""What an operator's tools ask, on a port of its own that this machine alone reaches."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from visavis.app import Server
from visavis.http_server import http_server
from visavis.transports.hosts import LOOPBACK_HOSTS, KnownHosts


def build_monitor(server: Server) -> Starlette:
    """`/metrics` and health. Whoever is on the machine needs no token."""

    async def metrics(_: Request) -> Response:
        return server.metrics.response()

    return Starlette(
        routes=[Route("/metrics", metrics), *server.api.health_routes()],
        middleware=[Middleware(KnownHosts, names=LOOPBACK_HOSTS)],
    )


@asynccontextmanager
async def monitored(server: Server, listener: socket.socket | None) -> AsyncIterator[None]:
    """Answer on `listener`, if there is one, for as long as the context lasts."""
    if listener is None:
        yield
        return
    http = http_server(build_monitor(server))
    running = asyncio.create_task(http.serve(sockets=[listener]))
    try:
        yield
    finally:
        http.should_exit = True
        await running
