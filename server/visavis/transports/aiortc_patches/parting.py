"""What a connection leaves behind: nothing that has to wait for the garbage collector.

aiortc leaves a closed connection in rings of references. Each takes 0.2 MB of small pieces along,
and by the time that a full collection comes, which is after tens of callers, they lie so scattered
that little of their memory goes back (aiortc's own clean-up, `RTCIceTransport.stop`, forgets the
DTLS transports).
"""

from aiortc import RTCPeerConnection, RTCRtpReceiver

from visavis.transports.aiortc_patches.answering import drain
from visavis.transports.aiortc_patches.sending import give_back


def let_go(peer: RTCPeerConnection) -> None:
    """Break the rings of a connection that has been closed wholly."""
    for sender in peer.getSenders():
        give_back(sender)
    for dtls in vars(peer)["_RTCPeerConnection__dtlsTransports"]:
        dtls.remove_all_listeners()
        pairs = dtls.transport._connection._check_list
        for pair in pairs:
            pair.task = None  # one that was cancelled holds on to the connection by its traceback
        pairs.clear()


def receive_nothing(receiver: RTCRtpReceiver) -> None:
    """Drop what aiortc keeps for a picture that never comes: each viewer's would be 0.1 MB."""
    drain(receiver)
    vars(receiver)["_RTCRtpReceiver__remote_bitrate_estimator"] = None
