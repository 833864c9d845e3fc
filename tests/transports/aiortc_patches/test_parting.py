"""What is kept of a connection that is over, or of a picture that never comes: nothing."""

from types import SimpleNamespace
from typing import Any

from aiortc import RTCRtpReceiver

from visavis.transports.aiortc_patches import receive_nothing

ESTIMATOR = "_RTCRtpReceiver__remote_bitrate_estimator"


def test_a_picture_that_never_comes_has_no_rate_to_estimate() -> None:
    transport: Any = SimpleNamespace(state="new")
    receiver = RTCRtpReceiver("video", transport)
    assert len(vars(receiver)[ESTIMATOR].incoming_bitrate._buckets) == 1000
    receive_nothing(receiver)
    assert vars(receiver)[ESTIMATOR] is None
