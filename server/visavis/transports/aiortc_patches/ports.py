"""Which UDP ports media uses."""

import asyncio
import random
from asyncio import DatagramProtocol, DatagramTransport
from collections.abc import Callable
from typing import Any

import aioice.ice


def use_ports(first: int, last: int) -> None:
    """Take media sockets from the ports `first` to `last`, both included.

    aioice binds any free port and has no option for it (aioice#47), so that firewalls and container
    port maps cannot be drawn tight. One port per connection and address is needed; RTP and RTCP of
    all its tracks share it (BUNDLE). Several connections on one port are beyond aioice.
    """
    vars(aioice.ice)["asyncio"] = _Asyncio(range(first, last + 1))


class _Asyncio:
    """What `aioice.ice` sees as asyncio: the same, but for the sockets of its loop."""

    def __init__(self, ports: range) -> None:
        self._ports = ports

    def __getattr__(self, name: str) -> Any:
        return getattr(asyncio, name)

    def get_running_loop(self) -> "_Loop":
        return _Loop(asyncio.get_running_loop(), self._ports)


class _Loop:
    def __init__(self, loop: asyncio.AbstractEventLoop, ports: range) -> None:
        self._loop = loop
        self._ports = ports

    def __getattr__(self, name: str) -> Any:
        return getattr(self._loop, name)

    async def create_datagram_endpoint(
        self, factory: Callable[[], DatagramProtocol], local_addr: tuple[str, int]
    ) -> tuple[DatagramTransport, DatagramProtocol]:
        """Raises `OSError` if every port of the range is taken."""
        start = random.randrange(len(self._ports))  # noqa: S311  # spreads, hides nothing
        for port in (*self._ports[start:], *self._ports[:start]):
            try:
                return await self._loop.create_datagram_endpoint(
                    factory, local_addr=(local_addr[0], port)
                )
            except OSError:
                continue
        raise OSError("every media port is taken")
