"""What comes on a socket before it is a candidate does no harm."""

import aioice.ice
import pytest
from aioice.ice import Connection, StunProtocol

from visavis.transports.aiortc_patches import ignore_early_packets


async def test_an_early_packet_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(StunProtocol, "datagram_received", StunProtocol.datagram_received)
    protocol = StunProtocol(Connection(ice_controlling=False))
    with pytest.raises(AttributeError):  # what aioice does with it
        protocol.datagram_received(b"\x80\x60 media", ("127.0.0.1", 9))
    ignore_early_packets()
    protocol.datagram_received(b"\x80\x60 media", ("127.0.0.1", 9))
    assert aioice.ice.StunProtocol is StunProtocol
