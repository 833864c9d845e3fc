"""What a body may be: it comes in time, or not at all; who may not call has his not even read."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
from tests.transports.conftest import ClientMaker

from visavis.transports import access

SDP = {"Content-Type": "application/sdp"}


async def test_a_body_that_does_not_come_is_not_waited_for(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(access, "_BODY_TIMEOUT_S", 0.05)

    async def stuck() -> AsyncIterator[bytes]:
        yield b"v=0"
        await asyncio.Event().wait()

    answer = await client.post("/whip/news", content=stuck(), headers=SDP)
    assert answer.status_code == 408
    assert "within 10 seconds" in answer.json()["error"]


async def test_of_a_flood_nothing_is_read(make_client: ClientMaker) -> None:
    """Refusing costs nothing that grows, so those who talk do not notice."""
    client = make_client(call_rate=0.5)
    read = 0

    async def body() -> AsyncIterator[bytes]:
        nonlocal read
        read += 1
        yield b"hello"

    answers = [await client.post("/whip/news", content=body(), headers=SDP) for _ in range(60)]
    refused = [answer.status_code for answer in answers].count(429)
    assert refused > 0
    assert read == len(answers) - refused
