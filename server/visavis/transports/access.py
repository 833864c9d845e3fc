"""Who may call: token, origin, host and body size, checked before anything is allocated."""

import asyncio
import hmac
from urllib.parse import urlsplit

from starlette.exceptions import HTTPException
from starlette.requests import Request

_BODY_TIMEOUT_S = 10.0


def require_token(request: Request, token: str | None) -> None:
    """Demand `Authorization: Bearer <token>` (RFC 6750), compared in constant time."""
    if token is None:
        return
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not hmac.compare_digest(given.encode(), token.encode()):
        raise HTTPException(
            401,
            "This server asks for a token; open the page with #token=… at the end of its address.",
            {"WWW-Authenticate": "Bearer"},
        )


def require_same_origin(request: Request) -> None:
    """Refuse a page of another site that uses the visitor's browser to reach the server."""
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
        raise HTTPException(403, "This page's site may not use the server; open the server's own.")


def require_type(request: Request, media_type: str) -> None:
    """Demand a media type, parameters aside, and a body that is not compressed."""
    given = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if given != media_type:
        raise HTTPException(415, f"Send the body as Content-Type: {media_type}.")
    if request.headers.get("content-encoding", "identity") != "identity":
        raise HTTPException(415, "Send the body without Content-Encoding.")


async def read_body(request: Request, limit: int) -> str:
    """The body as text, refused as soon as it is known to be larger than `limit` bytes."""
    announced = request.headers.get("content-length", "")
    too_large = HTTPException(413, f"The body may have at most {limit} bytes.")
    if announced.isdigit() and int(announced) > limit:
        raise too_large
    body = bytearray()
    try:
        async with asyncio.timeout(_BODY_TIMEOUT_S):
            async for chunk in request.stream():
                body += chunk
                if len(body) > limit:
                    raise too_large
    except TimeoutError as error:
        raise HTTPException(408, "The body did not come within 10 seconds.") from error
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise HTTPException(400, "The body is not UTF-8 text.") from error
