"""`visavis serve` behind a bad network: every datagram of its media sockets may be lost or late.

The settings come in VISAVIS_LOSS (share), VISAVIS_JITTER_MS (uniform, so packets overtake each
other); on SIGUSR1 nothing passes for VISAVIS_BURST_MS. It stands in for `tc netem`, which few
kernels of shared machines have, at the same place: between the sockets and the peer.
"""

import asyncio
import os
import random
import signal
import time
from typing import Any, cast

from aioice.ice import StunProtocol

from visavis.cli import main

_LOSS = float(os.environ.get("VISAVIS_LOSS", "0"))
_JITTER_S = float(os.environ.get("VISAVIS_JITTER_MS", "0")) / 1000
_BURST_S = float(os.environ.get("VISAVIS_BURST_MS", "500")) / 1000
_random = random.Random(1)  # noqa: S311  # repeatable
_gone_until_s = 0.0


def _burst(*_: object) -> None:
    global _gone_until_s  # the one state of this process
    _gone_until_s = time.monotonic() + _BURST_S


def _impair() -> None:
    receive, connect = StunProtocol.datagram_received, StunProtocol.connection_made

    def pass_on(function: Any, *arguments: Any) -> None:
        if _random.random() < _LOSS or time.monotonic() < _gone_until_s:
            return
        delay_s = _random.uniform(0, _JITTER_S)
        if delay_s:
            asyncio.get_running_loop().call_later(delay_s, function, *arguments)
        else:
            function(*arguments)

    def datagram_received(self: StunProtocol, data: bytes, addr: Any) -> None:
        pass_on(receive, self, data, addr)

    def connection_made(self: StunProtocol, transport: Any) -> None:
        connect(self, cast("Any", _BadSocket(transport, pass_on)))

    vars_of: Any = StunProtocol
    vars_of.datagram_received, vars_of.connection_made = datagram_received, connection_made


class _BadSocket:
    """A datagram transport whose sending goes through `pass_on`."""

    def __init__(self, transport: Any, pass_on: Any) -> None:
        self._transport = transport
        self._pass_on = pass_on

    def sendto(self, data: bytes, addr: Any) -> None:
        self._pass_on(self._send, data, addr)

    def _send(self, data: bytes, addr: Any) -> None:
        if not self._transport.is_closing():
            self._transport.sendto(data, addr)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)


if __name__ == "__main__":
    signal.signal(signal.SIGUSR1, _burst)
    _impair()
    main()
