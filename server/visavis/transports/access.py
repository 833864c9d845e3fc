"""What a request may bring: a name, a media type, the size of its body."""

import asyncio

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request

from visavis.core.names import is_stream_name

_BODY_TIMEOUT_S = 10.0


def require_type(request: Request, media_type: str) -> None:
    """Demand a media type, parameters aside, and a body that is not compressed."""
    given = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if given != media_type:
        raise HTTPException(415, f"Send the body as Content-Type: {media_type}.")
    if request.headers.get("content-encoding", "identity") != "identity":
        raise HTTPException(415, "Send the body without Content-Encoding.")


def require_stream_name(name: str) -> None:
    """Demand a name that a stage can have."""
    if not is_stream_name(name):
        raise HTTPException(
            400, "A stream's name is 1 to 64 letters, digits, hyphens and underscores."
        )


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
