"""A kiosk whose server is taken away from under it, again and again."""

import socket
import time

from playwright.sync_api import Page

from bench.browser import chromiums, running_server

RESTARTS = 3
DOWN_S = 4.0
BACK_S = 60.0
_SEEN = "() => document.querySelector('video.live').getVideoPlaybackQuality().totalVideoFrames"


def recoveries(restarts: int = RESTARTS, avatar: str = "nova") -> int:
    """How often the page was live again, by itself, after its server was killed and restarted."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    options = ("--avatar", avatar, "--port", port)
    count = 0
    with chromiums(None) as (browser,):
        page = browser.new_page(bypass_csp=True)
        for turn in range(restarts + 1):
            with running_server(*options) as server:
                if turn == 0:
                    page.goto(f"{server.url}/kiosk/?start=auto")
                if not _comes_alive(page):
                    continue
                count += turn > 0
                server.process.kill()  # what a power cut does, not what Ctrl-C does
            time.sleep(DOWN_S)
    return count


def _comes_alive(page: Page) -> bool:
    """Whether the page is live and its picture moves, without anybody touching it."""
    end_s = time.monotonic() + BACK_S
    while time.monotonic() < end_s:
        live = page.locator("#call").get_attribute("data-state") == "live"
        before = page.evaluate(_SEEN)
        page.wait_for_timeout(1000)
        if live and page.evaluate(_SEEN) - before >= 10:
            return True
    return False
