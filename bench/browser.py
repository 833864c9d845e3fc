"""A real Chromium on a real server: a WAV as its microphone, and what the page hears and shows."""

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import Browser, Page, sync_playwright

from bench.sound import Sound, output_ms

Float64 = NDArray[np.float64]
RATE = 48_000
_SCRIPT = Path(__file__).with_name("measure.js")
_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
    "--allow-loopback-in-peer-connection",
    "--disable-features=WebRtcHideLocalIpsWithMdns",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
)
_WEBGL_FLAGS = ("--use-angle=swiftshader", "--enable-unsafe-swiftshader")


def chromium_path() -> str:
    """Where Chromium is. Raises `RuntimeError` with what to install."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    found = next((path for path in map(shutil.which, names) if path), None)
    if found is None:
        raise RuntimeError("Chromium is not installed: apt-get install chromium")
    return found


@dataclass(frozen=True)
class RunningServer:
    """A `visavis serve` process of our own."""

    url: str
    process: "subprocess.Popen[str]"


@contextlib.contextmanager
def running_server(
    *arguments: str, avatars: Path | None = None, module: str = "visavis"
) -> Iterator[RunningServer]:
    """Run `visavis serve` on a free port, media on loopback only; end it by Ctrl-C. `module` is
    what stands for visavis."""
    environment = dict(os.environ)
    if avatars:
        environment["VISAVIS_AVATARS"] = str(avatars)
    command = [sys.executable, "-m", module, "serve", "--port", "0"]
    command += ["--media-address", "127.0.0.1", *arguments]
    with tempfile.TemporaryFile("a+") as log:
        process = subprocess.Popen(command, stderr=log, text=True, env=environment)
        try:
            yield RunningServer(_wait_for_url(process, log), process)
        finally:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(20)
            finally:
                process.kill()
                process.wait()


def _wait_for_url(process: "subprocess.Popen[str]", log: TextIO) -> str:
    while True:
        ended = process.poll() is not None
        log.seek(0)
        text = log.read()
        if match := re.search(r"ready .* at (http://\S+)", text):
            return match[1]
        if ended:
            raise RuntimeError(f"the server did not start: {text}")
        time.sleep(0.05)


@contextlib.contextmanager
def chromiums(*microphones: Path | None, webgl: bool = False) -> Iterator[list[Browser]]:
    """One Chromium for each microphone, which plays its file once; None: beeps for ever.

    With `webgl` the processor draws what a graphics card would.
    """
    with sync_playwright() as playwright, contextlib.ExitStack() as stack:
        browsers = []
        for microphone in microphones:
            flags = [flag for flag in _FLAGS if not webgl or flag != "--disable-gpu"]
            flags += _WEBGL_FLAGS if webgl else ()
            if microphone:
                flags.append(f"--use-file-for-fake-audio-capture={microphone}%noloop")
            chromium = playwright.chromium
            browser = chromium.launch(executable_path=chromium_path(), args=flags)
            stack.callback(browser.close)
            browsers.append(browser)
        yield browsers


@contextlib.contextmanager
def open_page(url: str, microphone: Path) -> Iterator[Page]:
    """The page at `url` in a fresh Chromium whose microphone plays `microphone` once."""
    with chromiums(microphone) as (browser,):
        yield measured_page(browser, url)


def measured_page(browser: Browser, url: str) -> Page:
    """The page at `url`, with the script that measures it."""
    context = browser.new_context(bypass_csp=True, viewport={"width": 1280, "height": 800})
    page = context.new_page()
    page.add_init_script(path=_SCRIPT)
    page.goto(url)
    return page


@dataclass(frozen=True)
class Recording:
    """What a page heard and showed. Times are the page's `performance.now()`, in ms."""

    mic: Sound
    remote: Sound  # timed at the ear
    shown_ms: Float64  # per presented frame: when it was on the glass
    presented: Float64  # running number of presented frames
    level: Float64  # mean green in 0…255, in the watched box
    change: Float64  # mean squared difference to the frame before, in the box
    begin: dict[str, Any]  # getStats
    end: dict[str, Any]

    @property
    def elapsed_ms(self) -> float:
        return self.delta("video", "timestamp")

    def delta(self, kind: str, name: str) -> float:
        """Growth of an inbound-rtp statistic."""
        return float(self.end[kind].get(name, 0)) - float(self.begin[kind].get(name, 0))


def talk(page: Page, seconds: float, box: list[int] | None = None) -> Recording:
    """Press Talk, wait for the picture, and record for `seconds`."""
    page.get_by_role("button", name="Talk", exact=True).click()
    page.wait_for_selector("#stage.has-live", timeout=20_000)
    (recording,) = record([page], seconds, box)
    return recording


def record(pages: Sequence[Page], seconds: float, box: list[int] | None = None) -> list[Recording]:
    """Record what pages hear and show, all at the same time. `box` is [x, y, w, h], and may say as
    a fifth number how wide a picture it is meant for."""
    begun = [page.evaluate("box => window.measure.start(box)", box) for page in pages]
    time.sleep(seconds)
    taken = [page.evaluate("() => window.measure.drain()") for page in pages]
    return [_recording(begin, raw) for begin, raw in zip(begun, taken, strict=True)]


def _recording(begin: dict[str, Any], raw: dict[str, Any]) -> Recording:
    frames = np.array(raw["frames"], float)
    mic, remote = Sound(), Sound()
    mic.add(raw["mic"], raw["origin_ms"])
    remote.add(raw["remote"], raw["origin_ms"])
    return Recording(
        mic=mic,
        remote=remote.later(output_ms(raw["polls"])),
        shown_ms=frames[:, 0],
        presented=frames[:, 1],
        level=frames[:, 2],
        change=frames[:, 3],
        begin=begin,
        end=raw["stats"],
    )
