"""Trickled ICE candidates: the body of a PATCH (RFC 8840 section 9, RFC 9725 section 4.3)."""

from dataclasses import dataclass, field

from visavis.core.signaling import MAX_CANDIDATES
from visavis.errors import OfferError

MAX_FRAGMENT_BYTES = 16 * 1024


@dataclass
class Fragment:
    """What a PATCH tells. Each candidate goes with the mid that it stands below, if any. That no
    more will come is not kept: a caller may still be met where none of them points."""

    ufrag: str | None = None
    password: str | None = None
    candidates: list[tuple[str | None, str]] = field(default_factory=list)


def parse_fragment(text: str) -> Fragment:
    """Read an application/trickle-ice-sdpfrag body. Raises `OfferError` if it is none."""
    fragment = Fragment()
    mid: str | None = None
    for line in text.splitlines():
        name, _, value = line[2:].partition(":")
        if len(line) < 3 or line[1] != "=":
            raise OfferError("The fragment has a line that is not of the form x=value.")
        if line.startswith("m="):
            mid = None
        elif not line.startswith("a="):
            raise OfferError("The fragment may hold m= and a= lines only.")
        elif name == "mid":
            mid = value
        elif name == "ice-ufrag":
            fragment.ufrag = value
        elif name == "ice-pwd":
            fragment.password = value
        elif name == "candidate":
            fragment.candidates.append((mid, value))
    if len(fragment.candidates) > MAX_CANDIDATES:
        raise OfferError(f"The fragment has too many candidates; send at most {MAX_CANDIDATES}.")
    return fragment
