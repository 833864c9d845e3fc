"""Opus, exactly 20 ms a packet, each with a spare copy of the one before (RFC 6716, 2.1.7)."""

from collections.abc import Sequence

import av
import numpy as np
from av.audio.codeccontext import AudioCodecContext
from av.audio.frame import AudioFrame
from numpy.typing import NDArray

from visavis.core.timeline import AUDIO_TIME_BASE, OUTPUT_RATE, PTIME_SAMPLES, audio_pts
from visavis.media.encoders.coded import Coded

_BIT_RATE = 48_000  # bit/s, mono: clean, and still speech to Opus, so that it adds its spare copies
_EXPECTED_LOSS = "10"  # percent


class Opus:
    """One libopus encoder. A receiver that loses one packet finds it again in the next.

    "audio" leaves the voice as it is; "voip" would filter what the caller's own Opus has already
    filtered once. A receiver makes stereo of mono by itself (RFC 7587).
    """

    def __init__(self) -> None:
        context: AudioCodecContext = av.CodecContext.create("libopus", "w")
        context.format, context.layout, context.sample_rate = "flt", "mono", OUTPUT_RATE
        context.bit_rate, context.time_base = _BIT_RATE, AUDIO_TIME_BASE
        context.options = {
            "application": "audio",
            "frame_duration": "20",
            "fec": "1",
            "packet_loss": _EXPECTED_LOSS,
        }
        self._context = context

    def encode(self, tick: int, sound: NDArray[np.float32]) -> Sequence[Coded]:
        """See `visavis.media.encoders.coded.AudioEncoder`."""
        coded = []
        for part in range(0, len(sound), PTIME_SAMPLES):
            pts = audio_pts(tick) + part
            piece = np.ascontiguousarray(sound[None, part : part + PTIME_SAMPLES])
            frame = AudioFrame.from_ndarray(piece, format="flt", layout="mono")
            frame.sample_rate, frame.pts, frame.time_base = OUTPUT_RATE, pts, AUDIO_TIME_BASE
            for packet in self._context.encode(frame):
                data = bytes(packet)
                # FFmpeg's own pts tells Opus's 6.5 ms of encoder delay; ours is the media time.
                coded.append(Coded("audio", pts, True, data, (data,)))
        return coded
