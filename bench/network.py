"""Bad networks, as a real Chromium lives through them: loss, jitter, an outage."""

import os
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import Page

from bench.analysis import beeps
from bench.browser import RunningServer, open_page, running_server
from bench.long_talk import LongTalk, begin, record, show_worst
from bench.tones import farthest
from bench.wav import speech, write_wav
from visavis.core.window import WindowSpec
from visavis.studio.lamp import TONE_AMPLITUDE, TONE_HZ, build_lamp

_BURST_S = 0.5
_AROUND_S = 45.0  # of sound beside what is measured
_APART_MS = 40.0
_AFTER_S = 2.0  # what may pass until everything is in step again


@contextmanager
def _talk(
    window: WindowSpec, sound: NDArray[np.floating], **network: float
) -> Iterator[tuple[Page, RunningServer]]:
    """A talk that goes on over such a network: loss (share), jitter_ms. `sound` at 48 kHz is what
    the microphone hears, warm-up and all."""
    os.environ.update({f"VISAVIS_{name.upper()}": str(value) for name, value in network.items()})
    with tempfile.TemporaryDirectory() as folder:
        avatars = build_lamp(Path(folder), window).parent
        microphone = write_wav(Path(folder) / "sound.wav", sound)
        arguments = ("--avatar", "lamp", "--latency", "balanced")
        with (
            running_server(*arguments, avatars=avatars, module="bench.lossy_serve") as server,
            open_page(f"{server.url}/?processing=off", microphone) as page,
        ):
            begin(page)
            yield page, server
    for name in network:
        del os.environ[f"VISAVIS_{name.upper()}"]


def _tones(seconds: float) -> NDArray[np.floating]:
    return beeps(seconds + _AROUND_S, TONE_HZ, TONE_AMPLITUDE)


def concealment(
    window: WindowSpec, seconds: float, prefix: str, **network: float
) -> dict[str, object]:
    """How much of real speech the receiver had to make up, after all repair."""
    talk = LongTalk()
    with _talk(window, speech(seconds + _AROUND_S), **network) as (page, server):
        record(page, talk, 2.0, server)
        record(page, talk, seconds, server)
    concealed = talk.growth("audio", "concealedSamples")
    silent = talk.growth("audio", "silentConcealedSamples")
    total = talk.growth("audio", "totalSamplesReceived")
    return {f"{prefix}_speech_concealed_pct": 100 * (concealed - silent) / total}


def steady(window: WindowSpec, seconds: float, prefix: str, **network: float) -> dict[str, object]:
    """A network that is bad all the time. A receiver's buffers never rest in it, so the greatest
    skew of a single tone says little: `_skew_over_40_s` is how long the two ever stayed apart."""
    talk = LongTalk()
    with _talk(window, _tones(seconds), **network) as (page, server):
        record(page, talk, 2.0, server)
        record(page, talk, seconds, server)
    show_worst(prefix, talk)
    skews = talk.skews()
    return {
        f"{prefix}_fps": talk.growth("video", "framesDecoded") / talk.seconds,
        f"{prefix}_freezes": talk.growth("video", "freezeCount"),
        f"{prefix}_longest_gap_ms": talk.longest_gap_ms,
        f"{prefix}_skew_mean_ms": float(np.mean(skews.middle_ms)),
        f"{prefix}_skew_max_ms": farthest(skews.middle_ms),
        f"{prefix}_skew_over_40_s": skews.longest_s(_APART_MS),
    }


def outage(window: WindowSpec, times: int) -> dict[str, object]:
    """Nothing passes for half a second: how soon is there a picture, and is it in step."""
    back, skews = [], []
    with _talk(window, _tones(times * 12.0), burst_ms=1000 * _BURST_S) as (page, server):
        for _ in range(times):
            talk = LongTalk()
            page.evaluate("() => window.measure.drain()")
            now_ms = float(page.evaluate("() => performance.now()"))
            server.process.send_signal(signal.SIGUSR1)
            time.sleep(_BURST_S)
            record(page, talk, 10.0, server)
            shown = np.array(talk.frames, float)[:, 0]
            over_ms = now_ms + 1000 * _BURST_S
            back.append(float(shown[shown > over_ms][0] - over_ms))
            found = talk.skews()
            skews.append(found.middle_ms[found.heard_ms > over_ms + 1000 * _AFTER_S])
            show_worst("outage", talk)
    skew = np.concatenate(skews)
    return {
        "burst_picture_back_ms": max(back),
        "burst_skew_after_2s_mean_ms": float(np.mean(skew)),
        "burst_skew_after_2s_max_ms": farthest(skew),
    }
