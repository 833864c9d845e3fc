"""How peers meet: addresses, dead peers, closed connections, fingerprints."""

from collections.abc import Sequence
from typing import Any

import aioice.ice

_LOOPBACK = "127.0.0.1"
_CONSENT_INTERVAL_S = 2
_CONSENT_FAILURES = 5
_find_addresses = aioice.ice.get_host_addresses
_query_consent = aioice.ice.Connection.query_consent
_received = aioice.ice.StunProtocol.datagram_received


def use_addresses(addresses: Sequence[str]) -> None:
    """Offer these ICE host addresses, or, if there are none given, all of the machine's.

    aioice never offers 127.0.0.1, so a page and a server on one machine without a network could
    not meet; a list with the loopback address is the only way to keep media on loopback.
    """
    chosen = list(addresses)

    def host_addresses(use_ipv4: bool, use_ipv6: bool) -> list[str]:
        found = chosen or [*_find_addresses(use_ipv4, use_ipv6), _LOOPBACK]
        return [a for a in found if (":" in a and use_ipv6) or (":" not in a and use_ipv4)]

    aioice.ice.get_host_addresses = host_addresses


def notice_dead_peers() -> None:
    """Give up on a vanished peer after about 10 s instead of 32 (RFC 7675 allows up to 30)."""
    aioice.ice.CONSENT_INTERVAL = _CONSENT_INTERVAL_S
    aioice.ice.CONSENT_FAILURES = _CONSENT_FAILURES


def end_closed_connections() -> None:
    """Start no consent checks on a connection that was closed while it connected.

    aioice starts them all the same, and as nothing is nominated any more they never end.
    """

    async def query_consent(self: aioice.ice.Connection) -> None:
        if not self._closing:
            await _query_consent(self)

    aioice.ice.Connection.query_consent = query_consent  # type: ignore[method-assign]


def ignore_early_packets() -> None:
    """Drop what comes on a socket before aioice has made a candidate of it.

    A port that was a vanished caller's a moment ago still gets his packets; aioice fails on them.
    """

    def datagram_received(self: Any, data: bytes | str, addr: tuple[Any, ...]) -> None:
        if hasattr(self, "local_candidate"):
            _received(self, data, addr)

    aioice.ice.StunProtocol.datagram_received = datagram_received  # type: ignore[method-assign]


def keep_sha256(sdp: str) -> str:
    """Leave one fingerprint per transport: libdatachannel fails a fifth of its handshakes when
    sha-384 and sha-512 stand beside it."""
    lines = sdp.split("\r\n")
    return "\r\n".join(
        line
        for line in lines
        if not line.startswith("a=fingerprint:") or line.startswith("a=fingerprint:sha-256 ")
    )
