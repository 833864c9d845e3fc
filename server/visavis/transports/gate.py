"""The gate that every request passes: page, rate, token, before anything is allocated for it."""

import asyncio
import hmac
from dataclasses import dataclass

from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection

from visavis.core.rate import RateLimit
from visavis.transports.origins import Origins

_BURST_S = 10.0  # as many at once as in this time in the long run
_CHANGES = 10  # PATCH, DELETE and other requests about a call, for each call that may begin


@dataclass(frozen=True)
class Gate:
    """Each method raises `HTTPException` if the request stays outside."""

    origins: Origins
    token: str | None
    calls: RateLimit
    changes: RateLimit

    @classmethod
    def of(cls, origins: Origins, token: str | None, call_rate: float) -> "Gate":
        """`call_rate` is how many calls a second one address may begin."""
        calls, changes = (_limit(rate) for rate in (call_rate, _CHANGES * call_rate))
        return cls(origins, token, calls, changes)

    def admit_call(self, request: HTTPConnection) -> None:
        """For a request that begins a call."""
        self.require_origin(request)
        self._require_patience(request, self.calls)
        self.require_token(request)

    def admit_change(self, request: HTTPConnection) -> None:
        """For a request about a call whose secret address is permission enough."""
        self.require_origin(request)
        self._require_patience(request, self.changes)

    def require_origin(self, request: HTTPConnection) -> None:
        """Refuse a page of another site that uses the visitor's browser to reach the server."""
        if not self.origins.admit(request.headers):
            raise HTTPException(
                403, "This page's site may not use the server; open the server's own."
            )

    def require_token(self, request: HTTPConnection) -> None:
        """Demand `Authorization: Bearer <token>` (RFC 6750)."""
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        if self.token is not None and not (scheme.lower() == "bearer" and self.opens(given)):
            raise HTTPException(
                401,
                "This server asks for a token; open the page with #token=… at the end of its "
                "address.",
                {"WWW-Authenticate": "Bearer"},
            )

    def opens(self, given: str) -> bool:
        """Whether this is the token, compared in constant time."""
        return self.token is None or hmac.compare_digest(given.encode(), self.token.encode())

    def require_patience(self, request: HTTPConnection) -> None:
        """Slow down who begins too many calls."""
        self._require_patience(request, self.calls)

    def _require_patience(self, request: HTTPConnection, limit: RateLimit) -> None:
        wait_s = limit.ask(caller_address(request), asyncio.get_running_loop().time())
        if wait_s:
            headers = {"Retry-After": str(wait_s)}
            raise HTTPException(
                429, "Too many calls at once; wait a little and try again.", headers
            )


def _limit(per_second: float) -> RateLimit:
    return RateLimit(max(1, round(_BURST_S * per_second)), per_second)


def caller_address(request: HTTPConnection) -> str:
    """The IP address that a request came from; "unknown" over a Unix socket."""
    return request.client.host if request.client else "unknown"
