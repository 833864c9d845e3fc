"""Nobody makes the server send packets where he could not himself."""

import pytest

from visavis.core.candidates import keep_usable, usable

OUTSIDE, INSIDE = "93.184.216.34", "192.168.1.20"


def _candidate(address: str, port: object = 50_000, transport: str = "udp") -> str:
    return f"1 1 {transport} 2130706431 {address} {port} typ host"


@pytest.mark.parametrize(
    ("address", "outside", "inside"),
    [
        ("8.8.8.8", True, True),
        ("2001:4860:4860::8888", True, True),
        ("10.0.0.1", False, True),
        ("192.168.1.1", False, True),
        ("127.0.0.1", False, True),
        ("169.254.169.254", False, True),
        ("fd00::1", False, True),
        ("0.0.0.0", False, False),  # noqa: S104
        ("224.0.0.251", False, False),
        ("255.255.255.255", False, False),
        ("internal.example", False, False),
        ("0b31.local", False, True),
        ("1.2.3", False, False),
    ],
)
def test_what_is_probed_depends_on_where_the_caller_is(
    address: str, outside: bool, inside: bool
) -> None:
    assert usable(_candidate(address), OUTSIDE) is outside
    assert usable(_candidate(address), INSIDE) is inside
    assert usable(_candidate(address), "unknown") is inside


@pytest.mark.parametrize(
    "candidate",
    [
        "",
        "1 1 udp",
        _candidate("8.8.8.8", transport="tcp"),
        _candidate("8.8.8.8", 0),
        _candidate("8.8.8.8", 70_000),
        _candidate("8.8.8.8", "x"),
        _candidate("8.8.8.8", "-1"),
    ],
)
def test_what_is_no_udp_candidate_is_not_probed(candidate: str) -> None:
    assert not usable(candidate, INSIDE)


def test_an_offer_keeps_everything_else() -> None:
    offer = "v=0\r\na=candidate:" + _candidate("10.0.0.1") + "\r\na=mid:0\r\n"
    assert keep_usable(offer, OUTSIDE) == "v=0\r\na=mid:0\r\n"
    assert keep_usable(offer, INSIDE) == offer


def test_a_caller_without_usable_candidates_may_still_come_from_somewhere() -> None:
    offer = "v=0\r\na=candidate:" + _candidate("10.0.0.1") + "\r\na=end-of-candidates\r\n"
    assert keep_usable(offer, OUTSIDE) == "v=0\r\n"
