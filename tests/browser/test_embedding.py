"""The examples of docs/embedding.md, each as a page of another site."""

import functools
import re
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from bench.browser import RunningServer, running_server

DOCUMENT = Path(__file__).parents[2] / "docs" / "embedding.md"
TOKEN = "sesame-0123456789"  # noqa: S105


def examples() -> list[str]:
    """The pages of the document: call, overlay, kiosk."""
    return re.findall(r"```html\n(<!doctype html>.*?)```", DOCUMENT.read_text("utf-8"), re.DOTALL)


class _Quiet(SimpleHTTPRequestHandler):
    timeout = 1.0  # s: browsers open connections that they may never use

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("site")


@pytest.fixture(scope="module")
def site(folder: Path) -> Iterator[str]:
    """Another site: its address."""
    handler = functools.partial(_Quiet, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as http:
        thread = threading.Thread(target=http.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{http.server_port}"
        http.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def server(site: str, lamps: Path) -> Iterator[RunningServer]:
    """Asks for a token, and lets the other site in."""
    options = ("--avatar", "lamp", "--token", TOKEN, "--allow-origin", site)
    with running_server(*options, avatars=lamps) as server:
        yield server


def _open(page: Page, server: RunningServer, site: str, folder: Path, example: str) -> None:
    text = example.replace("https://talk.example.org", server.url).replace("TOKEN", TOKEN)
    (folder / "index.html").write_text(text.replace("avatar: 'nova'", "avatar: 'lamp'"), "utf-8")
    page.goto(site)


def test_every_example_has_fifteen_lines_at_most() -> None:
    assert len(examples()) == 3
    assert all(len(example.strip().splitlines()) <= 15 for example in examples())


def test_a_call(server: RunningServer, site: str, folder: Path, page: Page) -> None:
    call, _, _ = examples()
    page.add_init_script("""
      const add = RTCPeerConnection.prototype.addTrack;
      RTCPeerConnection.prototype.addTrack = function (track, ...streams) {
        (window.sent ??= []).push(track.kind);
        return add.call(this, track, ...streams);
      };""")
    _open(page, server, site, folder, call)
    page.get_by_role("button", name="Call as Nova").click()
    page.wait_for_function("document.getElementById('me').videoWidth === 240")
    page.wait_for_function("document.getElementById('me').currentTime > 0.5")
    assert sorted(page.evaluate("sent")) == ["audio", "video"]


def test_an_overlay(server: RunningServer, site: str, folder: Path, page: Page) -> None:
    _, overlay, _ = examples()
    _open(page, server, site, folder, overlay)
    page.wait_for_function("document.querySelector('visavis-avatar').session?.state === 'live'")
    canvas = page.locator("visavis-avatar canvas")
    expect(canvas).to_have_css("opacity", "1")
    assert canvas.evaluate("canvas => [canvas.width, canvas.height]") == [240, 240]
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgba(0, 0, 0, 0)"


def test_a_kiosk(server: RunningServer, site: str, folder: Path, page: Page) -> None:
    kiosk = examples()[2]
    said: list[str] = []
    page.on("console", lambda line: said.append(f"{line.type} {line.text.strip()}"))
    _open(page, server, site, folder, kiosk)
    page.wait_for_function("document.querySelector('visavis-avatar').session?.state === 'live'")
    page.locator("visavis-avatar video.live").wait_for()
    page.mouse.click(200, 200)
    page.wait_for_function("document.fullscreenElement !== null")
    assert [line for line in said if line.startswith("log")][-1] == "log live"


def test_an_iframe_of_the_other_site(
    server: RunningServer, site: str, folder: Path, page: Page
) -> None:
    (folder / "index.html").write_text(
        f'<!doctype html><iframe src="{server.url}/embed/?stream=main#token={TOKEN}" '
        'allow="microphone; autoplay" title="Nova"></iframe>'
    )
    page.goto(site)
    frame = page.frame_locator("iframe")
    frame.locator("visavis-avatar video.live").wait_for()
    expect(frame.locator("visavis-avatar video.live")).to_have_css("opacity", "1")
    box = frame.locator("visavis-avatar").bounding_box()
    assert box
    assert box["width"] == box["height"]  # as the lamp is, though the frame is twice as wide


def test_the_element_says_what_is_wrong(
    server: RunningServer, site: str, folder: Path, page: Page
) -> None:
    _, overlay, _ = examples()
    _open(page, server, site, folder, overlay.replace("TOKEN", "wrong"))
    expect(page.locator("visavis-avatar p")).to_contain_text("asks for a token")
