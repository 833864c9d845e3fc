"""Bodies of a PATCH, as real clients write them, and as nobody should."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visavis.core.trickle import parse_fragment
from visavis.errors import OfferError

CANDIDATE = "1 1 udp 2130706431 127.0.0.1 50000 typ host"


def test_the_example_of_the_rfc() -> None:
    fragment = parse_fragment(
        "a=group:BUNDLE 0 1\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\n"
        f"a=ice-ufrag:EsAw\r\na=ice-pwd:secret\r\na=candidate:{CANDIDATE}\r\na=end-of-candidates\r\n"
    )
    assert (fragment.ufrag, fragment.password) == ("EsAw", "secret")
    assert fragment.candidates == [("0", CANDIDATE)]


def test_user_name_before_the_media_as_whip_whep_writes_it() -> None:
    fragment = parse_fragment(
        "a=ice-ufrag:EsAw\r\na=ice-pwd:x\r\nm=audio 9 RTP/AVP 0\r\na=mid:0\r\n"
        f"a=candidate:{CANDIDATE}"
    )
    assert fragment.ufrag == "EsAw"
    assert fragment.candidates == [("0", CANDIDATE)]


@pytest.mark.parametrize("text", ["hello", "v=0", "a=mid:0\r\nb=x", "a=candidate:1\r\n" * 33])
def test_what_is_no_fragment_is_refused(text: str) -> None:
    with pytest.raises(OfferError):
        parse_fragment(text)


@given(st.text())
def test_anything_is_read_or_refused(text: str) -> None:
    try:
        parse_fragment(text)
    except OfferError:
        return
