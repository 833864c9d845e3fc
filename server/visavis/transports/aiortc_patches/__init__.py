"""Everything that visavis changes inside aiortc 1.16 and aioice 0.13, and why, in one room.

These touch private names; the dependency is pinned below the next minor version, and
tests/transports/aiortc_patches fails if a name moves.
"""

from visavis.transports.aiortc_patches.answering import drain, remote_ufrag, wait_for_hello
from visavis.transports.aiortc_patches.connecting import (
    end_closed_connections,
    ignore_early_packets,
    keep_sha256,
    notice_dead_peers,
    use_addresses,
)
from visavis.transports.aiortc_patches.parting import let_go, receive_nothing
from visavis.transports.aiortc_patches.ports import use_ports
from visavis.transports.aiortc_patches.receiving import tap_sound
from visavis.transports.aiortc_patches.sending import Feed, send_from

__all__ = [
    "Feed",
    "drain",
    "end_closed_connections",
    "ignore_early_packets",
    "keep_sha256",
    "let_go",
    "notice_dead_peers",
    "receive_nothing",
    "remote_ufrag",
    "send_from",
    "tap_sound",
    "use_addresses",
    "use_ports",
    "wait_for_hello",
]
