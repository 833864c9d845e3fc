"""What a page says when something is wrong, and that it comes back without a reload."""

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from bench.browser import RunningServer

TALK = "Talk"
AGAIN = "Try again"


def _refuse(name: str) -> str:
    """A script that lets the browser refuse the microphone with a DOMException of that name."""
    return (
        "navigator.mediaDevices.getUserMedia = async () => "
        f"{{ throw new DOMException('for a test', '{name}'); }};"
    )


def _press(page: Page, name: str = TALK) -> None:
    page.get_by_role("button", name=name, exact=True).click()


@pytest.mark.parametrize(
    ("script", "headline"),
    [
        (_refuse("NotAllowedError"), "The microphone is blocked"),
        (_refuse("NotFoundError"), "No microphone found"),
        (_refuse("NotReadableError"), "The microphone is in use"),
        ("delete window.RTCPeerConnection", "This browser cannot make calls"),
        (
            "Object.defineProperty(navigator, 'mediaDevices', { value: undefined })",
            "This address is not secure",
        ),
    ],
)
def test_a_browser_that_gives_too_little(
    server: RunningServer, page: Page, script: str, headline: str
) -> None:
    page.add_init_script(script)
    page.goto(server.url)
    _press(page)
    expect(page.get_by_role("heading")).to_have_text(headline)
    expect(page.get_by_role("button", name=AGAIN)).to_be_enabled()


def test_a_microphone_that_is_unplugged_and_comes_back(server: RunningServer, page: Page) -> None:
    page.goto(server.url)
    _press(page)
    expect(page.locator("#call")).to_have_attribute("data-state", "live")
    page.evaluate("visavisTalk.micStream.getAudioTracks()[0].dispatchEvent(new Event('ended'))")
    expect(page.get_by_role("heading")).to_have_text("The microphone went away")
    _press(page, AGAIN)
    expect(page.locator("#call")).to_have_attribute("data-state", "live")


def test_two_pages_on_one_microphone(server: RunningServer, context: BrowserContext) -> None:
    first, second = context.new_page(), context.new_page()
    for page in (first, second):
        page.goto(server.url)
    _press(first)
    expect(first.locator("#call")).to_have_attribute("data-state", "live")
    _press(second)
    expect(second.get_by_role("heading")).to_have_text("Another tab is talking")
    expect(first.locator("#call")).to_have_attribute("data-state", "live")
    _press(second, AGAIN)
    expect(second.locator("#call")).to_have_attribute("data-state", "live")
    expect(first.get_by_role("heading")).to_have_text("The talk moved to another tab")


@pytest.mark.parametrize(
    ("status", "headers", "headline", "button"),
    [
        (503, {"Retry-After": "2"}, "All places are taken", "Try again in 2 s"),
        (429, {"Retry-After": "2"}, "That was a little fast", "Try again in 2 s"),
        (401, {}, "This server asks for a key", AGAIN),
        (403, {}, "This page may not use the server", AGAIN),
        (502, {}, "The server does not answer", AGAIN),
    ],
)
def test_a_server_that_refuses(
    server: RunningServer,
    page: Page,
    status: int,
    headers: dict[str, str],
    headline: str,
    button: str,
) -> None:
    page.goto(server.url)
    page.route(
        "**/api/talk/**", lambda route: route.fulfill(status=status, headers=headers, body="{}")
    )
    _press(page)
    expect(page.get_by_role("heading")).to_have_text(headline)
    expect(page.locator("#talk")).to_have_text(button)
    page.unroute("**/api/talk/**")
    _press(page, AGAIN)
    expect(page.locator("#call")).to_have_attribute("data-state", "live")


def test_a_server_that_is_gone_before_anything_began(server: RunningServer, page: Page) -> None:
    page.route("**/api/avatars", lambda route: route.abort())
    page.goto(server.url)
    expect(page.get_by_role("heading")).to_have_text("The server does not answer")
    page.unroute("**/api/avatars")
    _press(page, AGAIN)
    expect(page.get_by_role("heading")).to_have_text("Meet Lamp")


@pytest.mark.timeout(60)
def test_a_network_that_lets_no_media_through(server: RunningServer, page: Page) -> None:
    def without_candidates(route: Route) -> None:
        answer = route.fetch()
        lines = answer.text().splitlines(keepends=True)
        kept = [line for line in lines if not line.startswith("a=candidate")]
        route.fulfill(response=answer, body="".join(kept))

    page.route("**/api/talk/**", without_candidates)
    page.goto(server.url)
    # The server must not find the page by itself either.
    page.evaluate("""() => {
      const own = Object.getOwnPropertyDescriptor(RTCPeerConnection.prototype, 'localDescription');
      Object.defineProperty(RTCPeerConnection.prototype, 'localDescription', { get() {
        const { type, sdp } = own.get.call(this);
        return { type, sdp: sdp.replace(/a=candidate.*\\r\\n/g, '') };
      } });
    }""")
    _press(page)
    expect(page.get_by_role("heading")).to_have_text(
        "Sound and picture cannot get through", timeout=20_000
    )


def test_a_watcher_waits_for_whoever_is_not_on_air(server: RunningServer, page: Page) -> None:
    page.route("**/whep/**", lambda route: route.fulfill(status=409, headers={"Retry-After": "1"}))
    page.goto(f"{server.url}/watch/?stream=main")
    expect(page.get_by_role("heading")).to_have_text("Nobody is on air yet")
    page.unroute("**/whep/**")
    expect(page.locator("#call")).to_have_attribute("data-state", "live")


def test_the_poster_is_there_before_anything_else(server: RunningServer, page: Page) -> None:
    page.goto(server.url)
    page.wait_for_selector("#stage.has-poster")
    assert page.locator("#stage.has-live").count() == 0


def test_a_line_that_breaks_is_dialled_again_and_finds_its_place(
    server: RunningServer, page: Page
) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(f"{request.method} {request.url}"))
    page.goto(server.url)
    _press(page)
    expect(page.locator("#call")).to_have_attribute("data-state", "live")
    page.evaluate(
        "visavisTalk.peer.getSenders()[0].transport.dispatchEvent(new Event('statechange'))"
    )
    assert page.locator("#call").get_attribute("data-state") == "live"  # nothing has broken yet
    page.evaluate("""() => {
      const { transport } = visavisTalk.peer.getSenders()[0];
      Object.defineProperty(transport, 'state', { value: 'failed' });
      transport.dispatchEvent(new Event('statechange'));
    }""")
    expect(page.locator("#call")).to_have_attribute("data-state", "reconnecting")
    expect(page.locator("#call")).to_have_attribute("data-state", "live")
    assert any(request.startswith("POST") and "/api/sessions/" in request for request in asked)
