"""Hostile offers: whatever comes is answered or refused in one sentence, and nothing stays.

`offers/` is the corpus: real offers of browsers and encoders, which are damaged here line by line
and byte by byte, and whatever has once got through, kept so that it never does again.
"""

import asyncio
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visavis.errors import OfferError
from visavis.media.ingest import Ingest
from visavis.transports.peer import Peer
from visavis.transports.viewer import Viewer

CORPUS = sorted((Path(__file__).parent / "offers").glob("*.sdp"))
pytestmark = pytest.mark.usefixtures("loopback")
JUNK = st.sampled_from(
    ["", "a=", "m=", "m=audio", "a=mid:0", "a=mid:\u2028", "a=setup:", "a=fingerprint:sha-256",
     "a=fingerprint:sha-256 zz", "a=ice-ufrag:", "a=ice-pwd:" + "x" * 300, "a=group:BUNDLE 9",
     "a=rtpmap:111", "a=rtpmap:x opus/48000/2", "a=rtpmap:111 opus/0", "a=fmtp:111", "a=ssrc:x y",
     "a=ssrc-group:FID 1", "a=extmap:999999 urn:x", "a=rtcp-fb:* nack", "c=IN IP6 zz", "a=rtcp:9 x",
     "a=candidate:1 1 udp 1 ::: 9 typ host", "a=candidate:", "a=msid", "m=audio 9 X 111 111",
     "a=sctp-port:5000", "a=ice-lite", "a=inactive", "a=rid:1 send", "a=simulcast:send 1;2", "\x00"]
)  # fmt: skip


@st.composite
def damaged(draw: st.DrawFn) -> str:
    """An offer of the corpus with lines left out, doubled, swapped, cut or replaced."""
    lines = draw(st.sampled_from(CORPUS)).read_text("utf-8").splitlines()
    for _ in range(draw(st.integers(1, 6))):
        place = draw(st.integers(0, len(lines) - 1))
        what = draw(st.sampled_from(["drop", "double", "swap", "cut", "junk", "replace", "text"]))
        if what == "drop" and len(lines) > 1:
            del lines[place]
        elif what == "double":
            lines.insert(place, lines[place])
        elif what == "swap":
            other = draw(st.integers(0, len(lines) - 1))
            lines[place], lines[other] = lines[other], lines[place]
        elif what == "cut":
            lines[place] = lines[place][: draw(st.integers(0, len(lines[place])))]
        elif what == "junk":
            lines.insert(place, draw(JUNK))
        elif what == "replace":
            lines[place] = draw(JUNK)
        else:
            lines[place] += draw(st.text(max_size=8))
    return "\r\n".join(lines) + "\r\n"


async def _answer(peer: Peer, offer: str) -> str | None:
    """The refusal; None: it was answered."""
    try:
        await peer.answer(offer)
    except OfferError as error:
        return str(error)
    return None


async def _try(offer: str) -> None:
    before = asyncio.all_tasks()
    for peer in (Peer(Ingest(), Viewer(), []), Peer(Ingest(), None, []), Peer(None, Viewer(), [])):
        refusal = await _answer(peer, offer)
        await peer.close()
        assert peer.closed.is_set()
        if refusal is not None:
            assert refusal.endswith(".")
            assert len(refusal.splitlines()) == 1
    left = asyncio.all_tasks() - before
    if left:
        _, left = await asyncio.wait(left, timeout=30)
    assert not left


def _run(offer: str) -> None:
    """In a loop whose every forgotten failure fails the test."""
    complaints: list[str] = []
    with asyncio.Runner() as runner:
        runner.get_loop().set_exception_handler(lambda _, told: complaints.append(str(told)))
        runner.run(_try(offer))
    assert not complaints


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.stem)
def test_the_corpus(path: Path) -> None:
    _run(path.read_text("utf-8"))


@given(damaged())
def test_damaged_offers(offer: str) -> None:
    _run(offer)


@given(st.text() | st.binary().map(lambda data: data.decode("latin-1")))
def test_anything(text: str) -> None:
    _run("v=0\r\n" + text)
