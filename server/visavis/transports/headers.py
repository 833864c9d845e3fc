"""Headers that every answer carries: the page runs its own code only, and is not guessed at."""

import os
from collections.abc import Iterable

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_POLICY = (
    "default-src 'self'; media-src 'self' blob:; img-src 'self' data:; "
    "object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    # The camera only tells a kiosk that somebody is there; its pictures stay in the page.
    (b"permissions-policy", b"microphone=(self), camera=(self), geolocation=()"),
)


class Pages(StaticFiles):
    """The client's files. Pages of any site may load its modules: they are public code."""

    def file_response(
        self,
        full_path: str | os.PathLike[str],
        stat_result: os.stat_result,
        scope: Scope,
        status_code: int = 200,
    ) -> Response:
        response = super().file_response(full_path, stat_result, scope, status_code)
        response.headers["Access-Control-Allow-Origin"] = "*"
        return response


class SecurityHeaders:
    """ASGI middleware; pages are revalidated so that an upgrade shows at once."""

    def __init__(self, app: ASGIApp, framed_by: Iterable[str] = ()) -> None:
        """`framed_by` are origins of the sites that may show a page in a frame of theirs."""
        self._app = app
        policy = " ".join((_POLICY, *framed_by))
        self._headers = ((b"content-security-policy", policy.encode()), *_HEADERS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = list(message.get("headers", ()))
                cached = any(name.lower() == b"cache-control" for name, _ in headers)
                fresh = () if cached else ((b"cache-control", b"no-cache"),)
                message = {**message, "headers": [*headers, *self._headers, *fresh]}
            await send(message)

        await self._app(scope, receive, send_with_headers)
