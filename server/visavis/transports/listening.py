"""A peer's microphone into an ingest."""

from aiortc import RTCRtpReceiver

from visavis.media.ingest import Ingest
from visavis.media.voice import VoiceDecoder
from visavis.transports.aiortc_patches import tap_sound


def listen_to(receiver: RTCRtpReceiver, ingest: Ingest) -> VoiceDecoder:
    """Have the Opus that a receiver gets decoded into `ingest`, for as long as the peer lives."""
    voice = VoiceDecoder(ingest)
    tap_sound(receiver, voice.push)
    return voice
