"""Two people call each other, each as Nova: cadence both ways, and lips against the sound.

The skew is measured on real speech. What a page hears is laid against the wave file that the other
one's microphone plays, and what the mouth does on its glass against how Nova's mouth moves for that
file, rendered beforehand. The difference of the two times is the skew.
"""

import dataclasses
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import Page, ViewportSize, expect

from bench.browser import RATE, Recording, chromiums, measured_page, record, running_server
from bench.mouth import mouth_box
from bench.wav import speech, write_wav
from visavis import avatars
from visavis.core.choreography import Course, Repertoire
from visavis.core.compositor import planes
from visavis.core.pcm import resample
from visavis.core.timeline import FRAME_S, SAMPLE_RATE
from visavis.engine.pool import SessionPool
from visavis.engine.renderer import Renderer

Float64 = NDArray[np.float64]
WARM_UP_S = 10.0
CONNECT_S = 20.0
PIECE_S = 6.0
_STEP_S = 0.005
_REACH_S = 0.5
_SLOW_S = 0.6  # what moves more slowly is the head, not the mouth
_WINDOW: ViewportSize = {"width": 400, "height": 700}
_NEXT_SPEAKER_S = 37.0  # the second wave file begins here in the first


@dataclass(frozen=True)
class CallFigures:
    """Both directions of one call."""

    fps: tuple[float, float]
    skew_ms: tuple[float, float]  # positive: the picture is late
    pieces: int


def call(seconds: float = 60.0, avatar: str = "nova") -> CallFigures:
    """Two browsers, two voices, one call."""
    length_s = seconds + WARM_UP_S + CONNECT_S + 10
    whole = speech(length_s + _NEXT_SPEAKER_S)
    voices = [whole[: round(length_s * RATE)], whole[round(_NEXT_SPEAKER_S * RATE) :]]
    bundle = avatars.find(avatar)
    box = [*mouth_box(bundle), bundle.width]
    with tempfile.TemporaryDirectory() as folder:
        files = [write_wav(Path(folder) / f"{i}.wav", voice) for i, voice in enumerate(voices)]
        with (
            running_server("--avatar", avatar, "--max-sessions", "2") as server,
            chromiums(*files) as browsers,
        ):
            host, guest = (measured_page(browser, "about:blank") for browser in browsers)
            for page in (host, guest):  # a window like a phone's: drawing is the processor's here
                page.set_viewport_size(_WINDOW)
            connect(host, guest, f"{server.url}/meet/?processing=off")
            host.wait_for_timeout(1000 * WARM_UP_S)
            heard = record([host, guest], seconds, box)
    lips = [mouth_levels(avatar, voice) for voice in voices]
    # The host hears and sees the guest, and the other way round.
    skews = [speech_skews_ms(heard[i], voices[1 - i], lips[1 - i]) for i in (0, 1)]
    return CallFigures(
        fps=(_fps(heard[0]), _fps(heard[1])),
        skew_ms=(float(np.median(skews[0])), float(np.median(skews[1]))),
        pieces=len(skews[0]) + len(skews[1]),
    )


def connect(host: Page, guest: Page, url: str) -> None:
    """Let two pages find each other; then make them measurable."""
    host.goto(url)
    host.get_by_role("button", name="Join").click()
    expect(host.get_by_role("heading")).to_have_text("Ready", timeout=15_000)
    guest.goto(host.locator("#address").input_value() + "&processing=off")
    guest.get_by_role("button", name="Join").click()
    for page in (host, guest):
        expect(page.get_by_role("heading")).to_have_text("You are connected", timeout=30_000)
        page.evaluate("""() => { window.visavisTalk = {
          micStream: visavisMedia.talk.micStream,
          remoteStream: visavisMeeting.remoteStream,
          peer: visavisMeeting.peer,
        }; }""")


def _fps(heard: Recording) -> float:
    return heard.delta("video", "framesDecoded") / heard.elapsed_ms * 1000


def mouth_levels(avatar: str, voice: NDArray[np.float32]) -> Float64:
    """Mean luma of the mouth's box, per video frame of a voice [n] at 48 kHz, the head still."""
    loaded = avatars.load(avatars.find(avatar))
    still = dataclasses.replace(loaded.template, repertoire=Repertoire(Course(0, 1)))
    features = loaded.features()
    steps = [*features.push(resample(voice, RATE, SAMPLE_RATE)), *features.flush()]
    x, y, w, h = mouth_box(loaded.bundle)
    with SessionPool(loaded.fast, 2, waiting=1024) as pool:
        frames = Renderer(still, pool, 4).frames(steps)
        return np.array([planes(f)[0][y : y + h, x : x + w].mean() for f in frames], float)


def speech_skews_ms(heard: Recording, voice: NDArray[np.float32], lips: Float64) -> Float64:
    """Picture minus sound in ms, once for each piece of the recording in which somebody speaks."""
    remote, length = heard.remote.at_rate(RATE), round(PIECE_S * RATE)
    begins = np.arange(0, len(remote) - length, length)
    begun_ms = heard.remote.at_ms(begins * heard.remote.rate // RATE)
    shown_s, level = heard.shown_ms / 1000, heard.level
    skews = []
    for at, begun_s in zip(begins, begun_ms / 1000, strict=True):
        piece = remote[at : at + length]
        spoken_s = _place(piece, voice.astype(np.float64)) / RATE
        inside = (shown_s >= begun_s) & (shown_s < begun_s + PIECE_S)
        if inside.sum() < PIECE_S / FRAME_S / 3:  # too few pictures to tell
            continue
        times = shown_s[inside] - begun_s + spoken_s  # in the voice, were there no skew
        skews.append(_lateness_s(times, level[inside], lips) * 1000)
    if not skews:
        raise RuntimeError("The call stuttered too much to measure its skew; run it alone.")
    return np.array(skews)


def _place(piece: Float64, voice: Float64) -> int:
    """Where in a voice a piece of it was cut from."""
    size = 1 << (len(piece) + len(voice)).bit_length()
    products = np.fft.irfft(np.fft.rfft(voice, size) * np.conj(np.fft.rfft(piece, size)), size)
    return int(np.argmax(products[: len(voice)]))


def _lateness_s(times: Float64, level: Float64, lips: Float64) -> float:
    """By how much the mouth moves later than it should, in s."""
    offsets = np.arange(-_REACH_S, _REACH_S + _STEP_S, _STEP_S)
    shown = _quick(times, level)
    fits = []
    for offset in offsets:
        frame = np.clip(np.rint((times - offset) / FRAME_S).astype(int), 0, len(lips) - 1)
        wanted = _quick(times, lips[frame])
        fits.append(float(np.dot(shown, wanted)) / (np.linalg.norm(wanted) + 1e-9))
    best = np.flatnonzero(np.array(fits) >= max(fits) - 1e-9)
    return float(offsets[best].mean())


def _quick(times: Float64, values: Float64) -> Float64:
    """What is left of a signal without its slow part."""
    width = max(3, round(_SLOW_S / FRAME_S) | 1)
    padded = np.pad(values, width // 2, mode="edge")
    slow = np.convolve(padded, np.ones(width) / width, mode="valid")
    quick: Float64 = values - slow[: len(times)]
    return quick
