"""The pages as people see them, on a desk and on a phone, while somebody speaks."""

import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page

from bench.browser import chromiums, running_server
from bench.wav import speech, write_wav

DESK, PHONE = (1280, 800), (390, 844)
_SPEAKING_MS = 4_000
_CHECKERS = "repeating-conic-gradient(#c9ced6 0% 25%, #eef0f3 0% 50%) 0 0 / 48px 48px"
_PAGES = {
    "call": "/?stage=main&processing=off",
    "watch": "/watch/?stream=main",
    "overlay": "/overlay/",
    "kiosk": "/kiosk/",
}


def take(folder: Path) -> None:
    """Write `page_NAME_desk.jpg` and `page_NAME_phone.jpg` for the four pages, and the overlay over
    a checkerboard. Phones are dark."""
    with tempfile.TemporaryDirectory() as scratch:
        microphone = write_wav(Path(scratch) / "speech.wav", speech(300))
        with (
            running_server("--max-sessions", "4") as server,
            chromiums(microphone, webgl=True) as (browser,),
        ):
            for size, name in ((DESK, "desk"), (PHONE, "phone")):
                caller = _open(browser, server.url + _PAGES["call"], size)
                caller.get_by_role("button", name="Talk", exact=True).click()
                caller.wait_for_selector("#stage.has-live", timeout=30_000)
                for page in ("watch", "overlay", "kiosk"):
                    _shoot(browser, server.url + _PAGES[page], size, folder, f"{page}_{name}")
                if size is DESK:
                    _over_checkers(browser, server.url, folder)
                caller.bring_to_front()
                _save(caller, folder, f"call_{name}")
                caller.context.close()


def _open(browser: Browser, url: str, size: tuple[int, int]) -> Page:
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        color_scheme="dark" if size is PHONE else "light",
        device_scale_factor=2 if size is PHONE else 1,
    )
    page = context.new_page()
    page.goto(url)
    return page


def _shoot(browser: Browser, url: str, size: tuple[int, int], folder: Path, name: str) -> None:
    page = _open(browser, url, size)
    page.wait_for_timeout(_SPEAKING_MS)
    _save(page, folder, name)
    page.context.close()


def _over_checkers(browser: Browser, server: str, folder: Path) -> None:
    page = _open(browser, f"{server}/overlay/?stream=main&sound=off", (640, 640))
    page.wait_for_selector(".stage.has-live", state="attached", timeout=30_000)
    page.evaluate("value => { document.documentElement.style.background = value; }", _CHECKERS)
    page.wait_for_timeout(_SPEAKING_MS)
    _save(page, folder, "overlay_checkers")
    page.context.close()


def _save(page: Page, folder: Path, name: str) -> None:
    page.screenshot(path=folder / f"page_{name}.jpg", type="jpeg", quality=86)
