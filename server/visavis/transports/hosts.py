"""Which names the server answers to while only this machine can reach it.

A name that an attacker's DNS points at 127.0.0.1 must not open the API to his page.
"""

from collections.abc import Collection

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket

LOOPBACK_HOSTS = ("127.0.0.1", "localhost", "::1")


class KnownHosts:
    """ASGI middleware: 400 for a Host header that is not one of `names`, whatever the port."""

    def __init__(self, app: ASGIApp, names: Collection[str]) -> None:
        self._app = app
        self._names = frozenset(name.lower() for name in names)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = scope["type"] in ("http", "websocket")
        if asked and host_name(Headers(scope=scope)) not in self._names:
            text = (
                "The server does not go by this name; use its own, or start it with --public-host."
            )
            response = JSONResponse({"error": text}, 400)
            if scope["type"] == "websocket":
                await WebSocket(scope, receive, send).send_denial_response(response)
            else:
                await response(scope, receive, send)
            return
        await self._app(scope, receive, send)


def host_name(headers: Headers) -> str:
    """The Host header without its port and without the brackets of IPv6 (RFC 9110 section 7.2)."""
    host = headers.get("host", "").lower()
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0]
