"""FFmpeg's WHIP muxer, as the av wheel has it: no candidates, and it waits to be greeted (DTLS
server), with a picture that nobody asked for."""

import threading
import time
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.video.frame import VideoFrame
from tests.interop.conftest import wait_for_speech

from bench.browser import RunningServer
from visavis.studio.lamp import TONE_AMPLITUDE, TONE_HZ
from visavis.transports.tls import self_signed

SECONDS = 6


def test_ffmpeg_publishes(server: RunningServer, tmp_path: Path) -> None:
    certificate = self_signed(tmp_path)  # P-256: with FFmpeg's own, DTLS finds no common curve
    options = {"cert_file": str(certificate.cert), "key_file": str(certificate.key)}
    failures: list[BaseException] = []

    def publish() -> None:
        try:
            _publish(f"{server.url}/whip/ffmpeg", options)
        except BaseException as error:
            failures.append(error)

    sending = threading.Thread(target=publish)
    sending.start()
    spoke = wait_for_speech(server, "ffmpeg")
    sending.join()
    assert not failures
    assert spoke


def _publish(url: str, options: dict[str, str]) -> None:
    with av.open(url, "w", format="whip", options=options) as output:
        video = output.add_stream("libx264", rate=25)
        video.width, video.height, video.pix_fmt = 320, 240, "yuv420p"
        video.profile = "Baseline"
        video.options = {"tune": "zerolatency", "preset": "ultrafast"}
        audio = output.add_stream("libopus", rate=48_000, layout="stereo")
        begun = time.monotonic()
        for tick in range(25 * SECONDS):
            time.sleep(max(0.0, begun + tick / 25 - time.monotonic()))
            output.mux(video.encode(_picture(tick)))
            for half in (0, 1):
                output.mux(audio.encode(_sound(2 * tick + half)))


def _picture(tick: int) -> VideoFrame:
    frame = VideoFrame.from_ndarray(np.full((360, 320), 128, np.uint8), format="yuv420p")
    frame.pts, frame.time_base = tick, Fraction(1, 25)
    return frame


def _sound(index: int) -> AudioFrame:
    time_s = (np.arange(960) + 960 * index) / 48_000
    tone = TONE_AMPLITUDE * np.sin(2 * np.pi * TONE_HZ * time_s)
    pcm = np.repeat((32_767 * tone).astype(np.int16), 2)[None]
    frame = AudioFrame.from_ndarray(pcm, format="s16", layout="stereo")
    frame.sample_rate, frame.pts, frame.time_base = 48_000, 960 * index, Fraction(1, 48_000)
    return frame
