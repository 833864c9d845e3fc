"""How an offer is answered: who greets first, which session it is, what is not looked at."""

from typing import Any

from aiortc import RTCPeerConnection, RTCRtpReceiver
from aiortc.jitterbuffer import JitterBuffer, JitterFrame
from aiortc.rtp import RtpPacket


def wait_for_hello(peer: RTCPeerConnection) -> None:
    """Be the DTLS server wherever the offer leaves the choice; call before `createAnswer`.

    aiortc answers `active`, and as a DTLS client it offers ECDSA suites only, so that it fails with
    peers whose certificate is RSA, such as GStreamer (aiortc#1392, #1421). A peer that is passive
    itself (FFmpeg) still gets a client. RFC 8842 section 5.3.
    """
    for transceiver in peer.getTransceivers():
        transport = transceiver.receiver.transport
        if _offered_role(peer, transceiver) == "auto":
            transport._set_role("server")


def _offered_role(peer: RTCPeerConnection, transceiver: Any) -> str:
    """ "client", "server", or "auto" for actpass."""
    role: str = vars(peer)["_RTCPeerConnection__remoteDtls"][transceiver].role
    return role


def remote_ufrag(peer: RTCPeerConnection) -> str | None:
    """The ICE user name of the offer, by which a PATCH tells trickle from restart."""
    ice = vars(peer)["_RTCPeerConnection__remoteIce"]
    ufrags = {parameters.usernameFragment for parameters in ice.values()}
    return next(iter(ufrags), None)


class _Drain(JitterBuffer):
    """Swallows every packet, so that nothing is decoded."""

    def add(self, packet: RtpPacket) -> tuple[bool, JitterFrame | None]:
        return False, None


def drain(receiver: RTCRtpReceiver) -> None:
    """Receive, acknowledge and forget a track that nobody looks at. aiortc would decode it, into a
    queue without bound (aiortc#554)."""
    vars(receiver)["_RTCRtpReceiver__jitter_buffer"] = _Drain(capacity=1)
