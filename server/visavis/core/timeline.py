"""The one clock: counted samples. Video frame k owns analysis samples [640·k, 640·(k+1))."""

from fractions import Fraction

SAMPLE_RATE = 16_000  # Hz, what the encoder hears
OUTPUT_RATE = 48_000  # Hz, what the listener hears
FPS = 25
FRAME_SAMPLES = SAMPLE_RATE // FPS  # 640
FRAME_OUTPUT_SAMPLES = OUTPUT_RATE // FPS  # 1920
FRAME_S = 1 / FPS
PTIME_SAMPLES = OUTPUT_RATE // 50  # 960: one Opus packet of 20 ms
VIDEO_CLOCK = 90_000  # Hz, RTP video (RFC 3551)
VIDEO_TIME_BASE = Fraction(1, VIDEO_CLOCK)
AUDIO_TIME_BASE = Fraction(1, OUTPUT_RATE)


def frames_for(samples: int) -> int:
    """Video frames that cover `samples` analysis samples; a begun frame counts."""
    return -(-samples // FRAME_SAMPLES)


def video_pts(frame: int) -> int:
    """Presentation time of a frame in the 90 kHz RTP clock."""
    return frame * (VIDEO_CLOCK // FPS)


def audio_pts(frame: int) -> int:
    """Presentation time of a frame's first output sample in the 48 kHz clock."""
    return frame * FRAME_OUTPUT_SAMPLES
