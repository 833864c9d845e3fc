"""Offers that try to get around admission."""

import pytest

from visavis.core.signaling import check_talk
from visavis.errors import OfferError, UnsupportedOfferError

GOOD = """v=0
o=- 1 1 IN IP4 127.0.0.1
s=-
t=0 0
a=group:BUNDLE 0 1
m=audio 9 UDP/TLS/RTP/SAVPF 111
a=mid:0
a=sendrecv
a=rtpmap:111 opus/48000/2
m=video 9 UDP/TLS/RTP/SAVPF 96
a=mid:1
a=recvonly
a=rtpmap:96 VP8/90000
"""


def test_plain_offer_passes() -> None:
    check_talk(GOOD)


@pytest.mark.parametrize("separator", ["\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\x1c", "\r"])
def test_data_channel_cannot_hide_behind_another_line_separator(separator: str) -> None:
    hidden = f"a=x{separator}m=application 9 UDP/DTLS/SCTP webrtc-datachannel\n"
    with pytest.raises(UnsupportedOfferError, match="data channel"):
        check_talk(GOOD + hidden)


def test_candidates_cannot_hide_behind_another_line_separator() -> None:
    hidden = "\u2028".join(f"a=candidate:{n} 1 udp 1 10.0.0.1 {n} typ host" for n in range(1, 40))
    with pytest.raises(OfferError, match="39 candidates"):
        check_talk(GOOD + hidden)


def test_bundle_of_a_section_that_is_not_there_is_refused() -> None:
    with pytest.raises(OfferError, match="bundles a section"):
        check_talk(GOOD.replace("BUNDLE 0 1", "BUNDLE zz 0 1"))
