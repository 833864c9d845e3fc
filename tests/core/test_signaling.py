"""Which offers get in, and what is said to those that do not."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from visavis.core.signaling import MAX_CANDIDATES, check_talk, parse_sections
from visavis.errors import OfferError, UnsupportedOfferError

HEAD = ["v=0", "o=- 4611731400430051336 2 IN IP4 127.0.0.1", "s=-", "t=0 0"]
SESSION = ["a=group:BUNDLE 0 1", "a=extmap-allow-mixed", "a=msid-semantic: WMS stream"]
AUDIO = [
    "m=audio 9 UDP/TLS/RTP/SAVPF 111 63 9 0",
    "c=IN IP4 0.0.0.0",
    "a=mid:0",
    "a=sendrecv",
    "a=rtpmap:111 opus/48000/2",
    "a=fmtp:111 minptime=10;useinbandfec=1",
    "a=rtpmap:63 red/48000/2",
]
VIDEO = [
    "m=video 9 UDP/TLS/RTP/SAVPF 96 97 103",
    "c=IN IP4 0.0.0.0",
    "a=mid:1",
    "a=recvonly",
    "a=rtpmap:96 VP8/90000",
    "a=rtpmap:97 rtx/90000",
    "a=rtpmap:103 H264/90000",
]
DATA = ["m=application 9 UDP/DTLS/SCTP webrtc-datachannel", "c=IN IP4 0.0.0.0", "a=mid:2"]
CANDIDATE = "a=candidate:1 1 udp 2122260223 192.0.2.1 50000 typ host"
OFFER = [*HEAD, *SESSION, *AUDIO, *VIDEO]


def _sdp(lines: list[str]) -> str:
    return "\r\n".join(lines) + "\r\n"


def _without(lines: list[str], *gone: str) -> list[str]:
    return [line for line in lines if line not in gone]


@pytest.mark.parametrize("end", ["\r\n", "\n"])
def test_a_browsers_offer_is_accepted(end: str) -> None:
    check_talk(_sdp(OFFER).replace("\r\n", end))


def test_the_order_of_the_tracks_does_not_matter() -> None:
    check_talk(_sdp([*HEAD, *VIDEO, *AUDIO]))


def test_as_many_candidates_as_allowed_are_accepted() -> None:
    check_talk(_sdp([*OFFER, *[CANDIDATE] * MAX_CANDIDATES]))


def test_sections_tell_direction_and_codecs() -> None:
    audio, video = parse_sections(_sdp(OFFER))
    assert (audio.kind, audio.sends, audio.receives) == ("audio", True, True)
    assert (video.kind, video.sends, video.receives) == ("video", False, True)
    assert audio.codecs == {"opus", "red"}
    assert video.codecs == {"vp8", "rtx", "h264"}


@pytest.mark.parametrize(
    ("sdp", "says"),
    [
        ("", "must begin with the line v=0"),
        ("hello", "must begin with the line v=0"),
        ('{"type": "offer"}', "must begin with the line v=0"),
        (_sdp([*HEAD, "nonsense"]), "not of the form x=value"),
        (_sdp([*HEAD, ""]) + "s=-", "not of the form x=value"),
        (_sdp([*HEAD, "m=audio"]), "malformed m-line"),
        (_sdp([*HEAD, "m=audio nine RTP/AVP 0"]), "malformed m-line"),
        (_sdp([*HEAD, "m=audio ² RTP/AVP 0"]), "malformed m-line"),
        (_sdp([*HEAD, f"m=audio {'9' * 5000} RTP/AVP 0"]), "malformed m-line"),
        (_sdp([*OFFER, *[CANDIDATE] * 33]), "has 33 candidates; send at most 32"),
    ],
)
def test_what_is_not_sdp_is_a_bad_request(sdp: str, says: str) -> None:
    with pytest.raises(OfferError, match=says) as caught:
        check_talk(sdp)
    assert caught.value.status == 400


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        (HEAD, "send exactly one audio track"),
        ([*HEAD, *VIDEO], "send exactly one audio track"),
        ([*HEAD, *AUDIO, *AUDIO, *VIDEO], "send exactly one audio track"),
        ([*HEAD, AUDIO[0], "a=recvonly", AUDIO[4], *VIDEO], "send exactly one audio track"),
        ([*HEAD, "m=audio 0 RTP/AVP 111", *AUDIO[1:], *VIDEO], "send exactly one audio track"),
        ([*HEAD, *AUDIO], "one audio and one video to receive"),
        ([*HEAD, *AUDIO, *VIDEO, *VIDEO], "one audio and one video to receive"),
        ([*HEAD, *AUDIO, VIDEO[0], "a=sendonly", VIDEO[4]], "one audio and one video to receive"),
        ([*HEAD, *AUDIO, *_without(VIDEO, VIDEO[3]), "a=inactive"], "one audio and one video"),
        ([*OFFER, *DATA], "has a data channel"),
        ([*OFFER, "m=text 9 RTP/AVP 98"], "has a data channel"),
        ([*HEAD, *_without(AUDIO, AUDIO[4]), *VIDEO], "no Opus audio"),
        ([*HEAD, *AUDIO, *(x for x in VIDEO if "rtpmap" not in x)], "neither H.264 nor VP8"),
    ],
)
def test_what_cannot_become_an_avatar_is_unprocessable(lines: list[str], says: str) -> None:
    with pytest.raises(UnsupportedOfferError, match=says) as caught:
        check_talk(_sdp(lines))
    assert caught.value.status == 422


def _refusal(sdp: str) -> OfferError | None:
    try:
        check_talk(sdp)
    except OfferError as error:
        return error
    return None


LINES = st.one_of(
    st.sampled_from([*OFFER, *DATA, CANDIDATE, "a=rtpmap:", "a=", "m=", "m= 0 0 0", "="]),
    st.text(max_size=40),
    st.from_regex(r"\A[a-z]=[ -~]{0,30}\Z"),
    st.from_regex(r"\Am=\w+ \d+ \S+ \d+\Z"),
)


@settings(max_examples=300, deadline=None)
@given(lines=st.lists(LINES, max_size=20), headed=st.booleans())
def test_hostile_offers_meet_only_offer_errors(lines: list[str], headed: bool) -> None:
    refusal = _refusal(_sdp([*HEAD, *lines] if headed else lines))
    assert refusal is None or str(refusal).endswith(".")


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_a_damaged_offer_meets_only_offer_errors(data: st.DataObject) -> None:
    text = _sdp(OFFER)
    begin = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(begin, len(text)))
    damaged = text[:begin] + data.draw(st.text(max_size=10)) + text[end:]
    refusal = _refusal(damaged)
    assert refusal is None or str(refusal).endswith(".")
