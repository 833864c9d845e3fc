"""How peers meet: every private name that visavis leans on is there, and changed as it says."""

import asyncio
import inspect
from collections.abc import Iterator

import aioice.ice
import aiortc
import pytest

from visavis.transports import aiortc_patches as patches

ICE_NAMES = ("get_host_addresses", "CONSENT_INTERVAL", "CONSENT_FAILURES")


@pytest.fixture(autouse=True)
def put_back() -> Iterator[None]:
    """Undo what the tests change in the library."""
    ice = {name: getattr(aioice.ice, name) for name in ICE_NAMES}
    yield
    vars(aioice.ice).update(ice)


def test_the_versions_are_those_that_were_read() -> None:
    assert aiortc.__version__.startswith("1.16.")
    assert aioice.__version__.startswith("0.13.")


@pytest.mark.parametrize("name", ICE_NAMES)
def test_aioice_still_reads_these_names_when_it_runs(name: str) -> None:
    assert hasattr(aioice.ice, name)
    assert name in inspect.getsource(aioice.ice.Connection)


def test_given_addresses_alone_are_offered() -> None:
    patches.use_addresses(["127.0.0.1", "::1"])
    assert aioice.ice.get_host_addresses(True, False) == ["127.0.0.1"]
    assert aioice.ice.get_host_addresses(False, True) == ["::1"]
    assert aioice.ice.get_host_addresses(True, True) == ["127.0.0.1", "::1"]


def test_without_addresses_all_are_offered_and_loopback() -> None:
    found = patches.connecting._find_addresses(True, False)
    patches.use_addresses([])
    assert aioice.ice.get_host_addresses(True, False) == [*found, "127.0.0.1"]
    assert "127.0.0.1" not in aioice.ice.get_host_addresses(False, True)


def test_dead_peers_are_noticed_within_rfc_7675() -> None:
    patches.notice_dead_peers()
    assert aioice.ice.CONSENT_INTERVAL * aioice.ice.CONSENT_FAILURES <= 15


async def test_a_connection_closed_while_it_connected_starts_no_checks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(aioice.ice.Connection, "query_consent", patches.connecting._query_consent)
    patches.end_closed_connections()
    connection = aioice.ice.Connection(ice_controlling=True)
    connection.remote_password = "secret"  # noqa: S105
    checks = asyncio.create_task(connection.query_consent())
    await asyncio.sleep(0)
    assert not checks.done()
    checks.cancel()
    await connection.close()
    late = asyncio.create_task(connection.query_consent())
    await asyncio.sleep(0)
    assert late.done()


def test_aioice_still_starts_consent_checks_by_this_name() -> None:
    assert "self.query_consent()" in inspect.getsource(aioice.ice.Connection.connect)
    assert "self._closing = True" in inspect.getsource(aioice.ice.Connection.close)


def test_one_fingerprint_per_transport_is_left() -> None:
    lines = ["v=0", "m=audio 9 X 0"]
    marks = [f"a=fingerprint:sha-{bits} AB:CD" for bits in (256, 384, 512)]
    sdp = "\r\n".join([*lines, *marks, "a=mid:0", ""])
    assert patches.keep_sha256(sdp) == "\r\n".join([*lines, marks[0], "a=mid:0", ""])
