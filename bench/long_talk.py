"""A long talk with the lamp, recorded piece by piece: skew, delay and cadence of many minutes."""

import tempfile
import time
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import Page

from bench.analysis import beeps, pair
from bench.browser import RunningServer, open_page, running_server
from bench.sound import Sound, output_ms
from bench.tones import Skews, Spans, flashes, skews, tones
from bench.wav import write_wav
from visavis.core.window import WindowSpec
from visavis.studio.lamp import TONE_AMPLITUDE, TONE_HZ, build_lamp

Float64 = NDArray[np.float64]
WARM_UP_S = 20.0
_PIECE_S = 5.0
_MADE_UP = 960  # samples that a browser makes up at a time because a packet did not come
_AROUND_MS = 500.0  # of a tone: what is told of it


@dataclass
class LongTalk:
    """What the page heard and showed; times are the page's, in ms."""

    mic: Sound = field(default_factory=Sound)
    remote: Sound = field(default_factory=Sound)
    frames: list[list[float]] = field(default_factory=list)
    polls: list[list[float]] = field(default_factory=list)
    stats: list[dict[str, Any]] = field(default_factory=list)
    tick_p99_ms: list[float] = field(default_factory=list)

    def add(self, raw: dict[str, Any]) -> None:
        """Take a piece as `window.measure.drain` gives it."""
        self.mic.add(raw["mic"], raw["origin_ms"])
        self.remote.add(raw["remote"], raw["origin_ms"])
        self.frames += raw["frames"]
        self.polls += raw["polls"]
        self.stats.append(raw["stats"])

    @property
    def longest_gap_ms(self) -> float:
        """Between two pictures on the glass."""
        return float(np.diff(np.array(self.frames, float)[:, 0]).max())

    def heard(self) -> Spans:
        """Tones at the ear: what the browser handed on, and the delay of its sound output."""
        return tones(self.remote.later(output_ms(self.polls)))

    def skews(self) -> Skews:
        """Flash minus tone."""
        table = np.array(self.polls, float)
        gaps_ms = table[1:, 0][np.diff(table[:, 1]) > _MADE_UP]
        return skews(self.heard(), flashes(np.array(self.frames, float)), gaps_ms)

    def mic_to_glass_ms(self) -> Float64:
        """From the page's microphone to the page's glass."""
        spoken = tones(self.mic).begin_ms
        return pair(spoken, flashes(np.array(self.frames, float)).spans.begin_ms, 0, 950)

    def worst(self, count: int = 5) -> list[str]:
        """The tones farthest from their flash, each with what went on around it."""
        found = self.skews()
        order = np.argsort(-np.abs(found.middle_ms))[:count]
        return [self._describe(found, int(number)) for number in order]

    def _describe(self, found: Skews, number: int) -> str:
        frames, table = np.array(self.frames, float), np.array(self.polls, float)
        at_ms, row = found.heard_ms[number], found.rows[number]
        begin, end = np.searchsorted(table[:, 0], (at_ms - _AROUND_MS, at_ms + _AROUND_MS))
        last = table[min(end, len(table) - 1)]
        grown = last - table[max(0, begin - 1)]
        before, first = frames[row - 1], frames[row]
        parts = [
            f"{found.middle_ms[number]:+.0f} ms at {at_ms / 1000:.1f} s",
            f"edges {found.begin_ms[number]:+.0f} {found.end_ms[number]:+.0f}",
            *(["frozen"] if found.frozen[number] else []),
            f"picture {first[0] - before[0]:.0f} ms after the last ({first[1] - before[1]:.0f} on)",
            f"callback {first[5]:.0f} ms late",
            f"shown {first[0] - first[7]:.0f} ms after it came",
            f"sound concealed {grown[1]:.0f}, slowed {grown[2]:.0f}, hastened {grown[3]:.0f}",
            f"buffered: sound {1000 * grown[4] / grown[6]:.0f} ms",
            f"of {1000 * grown[5] / grown[6]:.0f} wanted",
            f"picture {1000 * grown[7] / grown[8]:.0f} ms",
            f"browser's estimate {last[9]:+.0f} ms",
        ]
        return "; ".join(parts)

    def growth(self, kind: str, name: str) -> float:
        """Of an inbound-rtp figure, from the first piece's end to the last's."""
        first, last = self.stats[0][kind], self.stats[-1][kind]
        return float(last.get(name, 0)) - float(first.get(name, 0))

    @property
    def seconds(self) -> float:
        """Between those."""
        return float(self.growth("video", "timestamp")) / 1000


def show_worst(name: str, talk: LongTalk) -> None:
    """Print the tones farthest from their flash, and what went on around them."""
    for line in talk.worst():
        print(f"  {name}: {line}", flush=True)


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
        sound = beeps(seconds + WARM_UP_S + 15, TONE_HZ, TONE_AMPLITUDE)
        microphone = write_wav(Path(folder) / "tones.wav", sound)
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
