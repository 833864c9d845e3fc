"""Media takes its ports from the range that a firewall is open for."""

import asyncio
import re
from collections.abc import Iterator

import aioice.ice
import pytest
from tests.transports.caller import Watcher

from visavis.errors import ServerFullError
from visavis.transports.aiortc_patches import use_ports
from visavis.transports.peer import Peer
from visavis.transports.viewer import Viewer

FIRST = 45_310
pytestmark = pytest.mark.usefixtures("loopback")


@pytest.fixture
def two_ports() -> Iterator[None]:
    use_ports(FIRST, FIRST + 1)
    yield
    vars(aioice.ice)["asyncio"] = asyncio


async def _offer() -> str:
    async with Watcher() as watcher:
        return await watcher.offer()


@pytest.mark.usefixtures("two_ports")
async def test_ports_come_from_the_range_until_it_is_used_up() -> None:
    vars(aioice.ice)["asyncio"] = asyncio
    offer = await _offer()
    use_ports(FIRST, FIRST + 1)
    peers = [Peer(None, Viewer(), []) for _ in range(3)]
    answers = [await peer.answer(offer) for peer in peers[:2]]
    ports = {int(re.search(r"127\.0\.0\.1 (\d+) typ host", a)[1]) for a in answers}  # type: ignore[index]
    assert ports == {FIRST, FIRST + 1}
    with pytest.raises(ServerFullError, match="no UDP port free"):
        await peers[2].answer(offer)
    for peer in peers:
        await peer.close()
    again = Peer(None, Viewer(), [])
    assert "a=candidate:" in await again.answer(offer)
    await again.close()
