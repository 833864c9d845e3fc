"""One peer connection: what is answered, what is refused, and that nothing of it stays."""

import asyncio
import weakref
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.transports.caller import Caller

from visavis.core.signaling import check_talk
from visavis.errors import OfferError, UnsupportedOfferError
from visavis.media.ingest import Ingest
from visavis.transports.peer import Peer
from visavis.transports.viewer import Viewer

Float32 = NDArray[np.float32]
SILENCE = np.zeros(0, np.float32)
pytestmark = pytest.mark.usefixtures("loopback")


def _peer() -> Peer:
    return Peer(Ingest(), Viewer(), [])


async def _offer() -> str:
    async with Caller(SILENCE) as caller:
        return await caller.offer()


async def test_an_answer_has_what_the_browser_needs_and_no_more() -> None:
    peer = _peer()
    offer = await _offer()
    check_talk(offer)
    answer = await peer.answer(offer)
    await peer.close()
    assert answer.count("m=audio") == answer.count("m=video") == 1
    assert "a=candidate:" in answer
    assert "127.0.0.1" in answer
    assert {line.split()[0] for line in answer.split("\r\n") if "fingerprint" in line} == {
        "a=fingerprint:sha-256"
    }
    codecs = {line.split()[1].split("/")[0] for line in answer.split("\r\n") if "rtpmap" in line}
    assert codecs == {"opus", "H264", "VP8", "rtx"}
    assert "a=sendonly" in answer
    assert "useinbandfec=1" in answer


@pytest.mark.parametrize(
    ("damage", "error"),
    [
        (lambda sdp: "hello", OfferError),
        (lambda sdp: sdp.replace("opus", "speex"), UnsupportedOfferError),
        (lambda sdp: sdp.replace("VP8", "VP7").replace("H264", "H261"), UnsupportedOfferError),
        (lambda sdp: sdp.replace("a=mid:", "a=min:"), OfferError),
        (lambda sdp: sdp.replace("a=ice-ufrag", "a=ice-frag"), OfferError),
        (lambda sdp: sdp.replace("a=fingerprint", "a=fingertip"), OfferError),
        (lambda sdp: sdp.replace("a=setup:actpass", "a=setup:nonsense"), OfferError),
        (lambda sdp: sdp.replace("a=rtpmap:", "a=rtpmap:x"), OfferError),
        (lambda sdp: sdp.replace("t=0 0", "t=x"), OfferError),
        (lambda sdp: sdp.replace("a=candidate:", "a=candidate:x"), OfferError),
    ],
)
async def test_a_damaged_offer_is_refused_or_answered_but_never_a_crash(
    damage: Callable[[str], str], error: type[OfferError]
) -> None:
    """aiortc may put up with some damage; if it does not, the caller gets one sentence."""
    peer = _peer()
    refusal: Exception | None = None
    try:
        await peer.answer(damage(await _offer()))
    except OfferError as caught:
        refusal = caught
    await peer.close()
    assert peer.closed.is_set()
    if refusal is not None:
        assert isinstance(refusal, error)
        assert "\n" not in str(refusal)
        assert str(refusal).endswith(".")


async def test_closing_twice_is_closing_once() -> None:
    peer = _peer()
    await peer.answer(await _offer())
    await peer.close()
    await peer.close()
    assert peer.closed.is_set()
    assert not peer.connected.is_set()


async def test_the_microphone_reaches_the_ingest(make_tone: Callable[..., Float32]) -> None:
    ingest = Ingest(most_s=10)
    peer = Peer(ingest, Viewer(), [])
    async with Caller(make_tone(5.0, (0.0, 5.0))) as caller:
        await caller.accept(await peer.answer(await caller.offer()))
        await peer.connected.wait()
        while ingest.buffered_s < 0.5:  # noqa: ASYNC110  # sound has no event
            await asyncio.sleep(0.02)
        await caller.hang_up()
        await peer.closed.wait()
        await peer.close()
    heard = ingest.pull(19_200)[9_600:]
    spectrum = np.abs(np.fft.rfft(heard * np.hanning(len(heard))))
    assert np.argmax(spectrum) * 48_000 / len(heard) == pytest.approx(1000, abs=10)
    assert np.abs(heard).max() == pytest.approx(0.5, abs=0.1)


async def test_who_names_private_addresses_only_is_met_where_he_comes_from() -> None:
    peer = Peer(Ingest(), Viewer(), [], caller="93.184.216.34")
    async with Caller(SILENCE) as caller:
        offer = await caller.offer()
        assert "a=end-of-candidates" in offer
        assert "127.0.0.1" in offer
        await caller.accept(await peer.answer(offer))
        async with asyncio.timeout(10):
            await peer.connected.wait()
    await peer.close()


async def _parts(*, meets: bool) -> list["weakref.ref[object]"]:
    """A peer that is closed, after it has met its caller or before; what should be gone then."""
    peer = _peer()
    async with Caller(SILENCE) as caller:
        answer = await peer.answer(await caller.offer())
        if meets:
            await caller.accept(answer)
            await peer.connected.wait()
        await peer.close()
    connection = peer._peer
    parts: list[object] = [peer, peer.ingest, peer.tracks, connection]
    for transceiver in connection.getTransceivers():
        dtls = transceiver.receiver.transport
        parts += [transceiver.sender, transceiver.receiver, dtls, dtls.transport._connection]
    return [weakref.ref(part) for part in parts]


@pytest.mark.parametrize("meets", [True, False])
async def test_a_closed_peer_is_freed_at_once(meets: bool, no_collector: None) -> None:
    parts = await _parts(meets=meets)
    for _ in range(200):  # the loop lets go of its last callbacks
        if not any(part() for part in parts):
            break
        await asyncio.sleep(0.01)
    assert [part() for part in parts] == [None] * len(parts)
