"""A long talk with the lamp, recorded piece by piece: skew, delay and cadence of many minutes."""

import base64
import tempfile
import time
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import Page

from bench.analysis import LIT, TONE_LEVEL, beeps, pair
from bench.browser import RATE, RunningServer, open_page, running_server
from bench.wav import write_wav
from visavis.core.window import WindowSpec
from visavis.studio.lamp import TONE_AMPLITUDE, TONE_HZ, build_lamp

Float64 = NDArray[np.float64]
WARM_UP_S = 20.0
_PIECE_S = 20.0
_QUIET = round(0.3 * RATE)  # samples between two tones


@dataclass
class LongTalk:
    """What the page heard and showed; times are the page's, in ms."""

    spoken_ms: list[Float64] = field(default_factory=list)  # onsets at the microphone
    heard_ms: list[Float64] = field(default_factory=list)  # onsets at the ear
    frames: list[list[float]] = field(default_factory=list)
    stats: list[dict[str, Any]] = field(default_factory=list)
    tick_p99_ms: list[float] = field(default_factory=list)
    _rest: dict[str, NDArray[np.int16]] = field(default_factory=dict)

    def add(self, raw: dict[str, Any]) -> None:
        """Take a piece as `window.measure.drain` gives it."""
        start_ms = raw["origin"] + 1000 * raw["first"] - raw["tap_ms"] + raw["output_ms"]
        for name, onsets in (("mic", self.spoken_ms), ("remote", self.heard_ms)):
            onsets.append(self._onsets(name, raw[name], start_ms))
        self.frames += raw["frames"]
        self.stats.append(raw["stats"])

    def _onsets(self, name: str, text: str, start_ms: float) -> Float64:
        """Tones that begin in a piece; one that goes on from the piece before is none."""
        samples = np.frombuffer(base64.b64decode(text), np.int16)
        before = self._rest.get(name, np.zeros(_QUIET, np.int16))
        whole = np.concatenate((before, samples))
        loud = np.flatnonzero(np.abs(whole.astype(np.int32)) > TONE_LEVEL * 32_768)
        first = loud[np.diff(loud, prepend=-RATE) > _QUIET]
        self._rest[name] = whole[-_QUIET:]
        new = first[first >= _QUIET] - _QUIET
        return np.asarray(start_ms + 1000 * new / RATE, np.float64)

    @property
    def flashes_ms(self) -> Float64:
        """When the lamp was first on the glass, each time that it lit."""
        table = np.array(self.frames)
        lit = table[:, 2] > LIT
        return np.asarray(table[1:, 0][lit[1:] & ~lit[:-1]], np.float64)

    @property
    def longest_gap_ms(self) -> float:
        """Between two pictures on the glass."""
        return float(np.diff(np.array(self.frames)[:, 0]).max())

    def skew_ms(self) -> Float64:
        """Flash minus tone; positive: the picture is late."""
        return pair(np.concatenate(self.heard_ms), self.flashes_ms, -450, 450)

    def mic_to_glass_ms(self) -> Float64:
        """From the page's microphone to the page's glass."""
        return pair(np.concatenate(self.spoken_ms), self.flashes_ms, 0, 950)

    def growth(self, kind: str, name: str) -> float:
        """Of an inbound-rtp figure, from the first piece's end to the last's."""
        first, last = self.stats[0][kind], self.stats[-1][kind]
        return float(last.get(name, 0)) - float(first.get(name, 0))

    @property
    def seconds(self) -> float:
        """Between those."""
        return float(self.growth("video", "timestamp")) / 1000


def record(page: Page, talk: LongTalk, seconds: float, server: RunningServer) -> None:
    """Record so many seconds more of a talk that goes on."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        time.sleep(max(0.0, min(_PIECE_S, end - time.monotonic())))
        talk.add(page.evaluate("() => window.measure.drain()"))
        talk.tick_p99_ms.append(1000 * _metric(server, "visavis_release_interval_p99_seconds"))


def begin(page: Page) -> None:
    """Press Talk and warm up; what was recorded meanwhile is thrown away."""
    page.get_by_role("button", name="Talk", exact=True).click()
    page.wait_for_selector("#stage.has-live", timeout=20_000)
    page.evaluate("() => window.measure.start(null)")
    time.sleep(WARM_UP_S)
    page.evaluate("() => window.measure.drain()")


def long_talk(window: WindowSpec, seconds: float, latency: str) -> LongTalk:
    """Tones to the lamp, which looks as far ahead as `window`, for `seconds` after the warm-up."""
    with tempfile.TemporaryDirectory() as folder:
        avatars = build_lamp(Path(folder), window).parent
        tones = beeps(seconds + WARM_UP_S + 15, TONE_HZ, TONE_AMPLITUDE)
        microphone = write_wav(Path(folder) / "tones.wav", tones)
        arguments = ("--avatar", "lamp", "--latency", latency)
        with (
            running_server(*arguments, avatars=avatars) as server,
            open_page(f"{server.url}/?processing=off", microphone) as page,
        ):
            talk = LongTalk()
            begin(page)
            record(page, talk, 2.0, server)  # so that growth is of the rest
            record(page, talk, seconds, server)
    return talk


def _metric(server: RunningServer, name: str) -> float:
    with urllib.request.urlopen(f"{server.url}/metrics") as reply:  # noqa: S310  # our own
        lines = reply.read().decode().splitlines()
    return float(next(line for line in lines if line.startswith(f"{name} ")).split()[1])
