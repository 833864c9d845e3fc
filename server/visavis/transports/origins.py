"""Which pages may use the server from a visitor's browser, and the CORS headers that tell them."""

from collections.abc import Collection
from dataclasses import dataclass

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_METHODS = "OPTIONS, HEAD, GET, POST, PATCH, DELETE"
_ASKED = "Authorization, Content-Type, If-Match"
_EXPOSED = "Location, ETag, Link, Accept-Post, Accept-Patch, Retry-After"
_PREFLIGHT_S = "600"
_OPEN = ("/whip/", "/whep/", "/api/")


@dataclass(frozen=True)
class Origins:
    """Pages of the server itself, those that were named, and, where a token is asked for, all:
    a page that knows the token is a caller like any other, and one that does not gets 401."""

    public_hosts: Collection[str] = ()  # names under which a proxy in front is known
    allowed: Collection[str] = ()  # such as https://example.org; "*" stands for every one
    has_token: bool = False

    def admit(self, headers: Headers) -> bool:
        """Whether a request with these headers may come in; one without Origin is no page's."""
        origin = headers.get("origin")
        if origin is None or self.has_token:
            return True
        site = origin.partition("://")[2]
        own = site == headers.get("host") or site.partition(":")[0] in self.public_hosts
        return own or origin in self.allowed or "*" in self.allowed


class Cors:
    """ASGI middleware: answers preflights and exposes what players need (RFC 9725 section 4.6).

    Preflights carry no token, so none is asked of them.
    """

    def __init__(self, app: ASGIApp, origins: Origins) -> None:
        self._app = app
        self._origins = origins

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(_OPEN):
            return await self._app(scope, receive, send)
        headers = Headers(scope=scope)
        cors = self._headers(headers)

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(cors)
            await send(message)

        if scope["method"] == "OPTIONS" and "access-control-request-method" in headers:
            return await Response(status_code=204)(scope, receive, send_with_headers)
        return await self._app(scope, receive, send_with_headers)

    def _headers(self, request: Headers) -> dict[str, str]:
        origin = request.get("origin")
        if origin is None or not self._origins.admit(request):
            return {"Vary": "Origin"}
        return {
            "Vary": "Origin",
            "Access-Control-Allow-Origin": origin,
            "Access-Control-Allow-Methods": _METHODS,
            "Access-Control-Allow-Headers": _ASKED,
            "Access-Control-Expose-Headers": _EXPOSED,
            "Access-Control-Max-Age": _PREFLIGHT_S,
        }
