"""Headers that every answer carries: the page runs its own code only, and is not guessed at."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

_HEADERS = (
    (
        b"content-security-policy",
        b"default-src 'self'; media-src 'self' blob:; img-src 'self' data:; "
        b"object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'",
    ),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"permissions-policy", b"microphone=(self), camera=(), geolocation=()"),
)


class SecurityHeaders:
    """ASGI middleware; pages are revalidated so that an upgrade shows at once."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = list(message.get("headers", ()))
                cached = any(name.lower() == b"cache-control" for name, _ in headers)
                fresh = () if cached else ((b"cache-control", b"no-cache"),)
                message = {**message, "headers": [*headers, *_HEADERS, *fresh]}
            await send(message)

        await self._app(scope, receive, send_with_headers)
