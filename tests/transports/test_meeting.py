"""Two browsers exchange letters over HTTP."""

from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.applications import Starlette

from visavis.core.signaling import MAX_OFFER_BYTES
from visavis.transports.gate import Gate
from visavis.transports.meeting import meeting_routes
from visavis.transports.origins import Origins

ROOM = "/meet/0123456789abcdef"
SDP = {"Content-Type": "application/sdp"}


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    app = Starlette(routes=meeting_routes(Gate.of(Origins(), "secret", 2.0)))
    headers = {"Authorization": "Bearer secret"}
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://127.0.0.1", headers=headers
    ) as client:
        yield client


async def test_a_letter_reaches_the_other_once(client: httpx.AsyncClient) -> None:
    assert (await client.get(f"{ROOM}/offer")).status_code == 204
    put = await client.put(f"{ROOM}/offer", content="v=0", headers=SDP)
    assert put.status_code == 201
    taken = await client.get(f"{ROOM}/offer")
    assert (taken.status_code, taken.text) == (200, "v=0")
    assert taken.headers["content-type"].startswith("application/sdp")
    assert (await client.get(f"{ROOM}/offer")).status_code == 204


@pytest.mark.parametrize("path", ["/meet/short/offer", f"{ROOM}/else"])
async def test_what_is_no_room_is_not_found(client: httpx.AsyncClient, path: str) -> None:
    assert (await client.get(path)).status_code == 404


async def test_strangers_leave_and_take_nothing(client: httpx.AsyncClient) -> None:
    stranger = {"Authorization": "Bearer other"}
    assert (await client.get(f"{ROOM}/offer", headers=stranger)).status_code == 401
    foreign = {"Origin": "https://evil.example"}
    assert (await client.put(f"{ROOM}/offer", headers=foreign)).status_code == 403


async def test_letters_have_a_size_and_a_type(client: httpx.AsyncClient) -> None:
    large = b"v" * (MAX_OFFER_BYTES + 1)
    assert (await client.put(f"{ROOM}/offer", content=large, headers=SDP)).status_code == 413
    assert (await client.put(f"{ROOM}/offer", content=b"v=0")).status_code == 415
