"""Who may call: token, origin, host and body size, checked before anything is allocated."""

import asyncio
import hmac
from collections.abc import Collection

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request

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


def require_same_origin(request: Request, public_hosts: Collection[str] = ()) -> None:
    """Refuse a page of another site that uses the visitor's browser to reach the server.

    `public_hosts` are names under which a proxy in front is known.
    """
    origin = request.headers.get("origin")
    if origin is None:
        return
    site = origin.partition("://")[2]
    if site != request.headers.get("host") and site.partition(":")[0] not in public_hosts:
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
    except ClientDisconnect as error:
        raise HTTPException(400, "The caller left before the body was complete.") from error
    except TimeoutError as error:
        raise HTTPException(408, "The body did not come within 10 seconds.") from error
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise HTTPException(400, "The body is not UTF-8 text.") from error
