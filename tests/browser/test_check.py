"""The page that tests a visitor's line."""

from playwright.sync_api import Page

from bench.browser import RunningServer


def test_the_check_says_that_everything_works(server: RunningServer, page: Page) -> None:
    page.goto(f"{server.url}/check/")
    page.wait_for_selector("body[data-verdict]", timeout=40_000)
    assert page.get_attribute("body", "data-verdict") == "works"
    assert page.locator("#steps li").count() == 5


def test_the_check_says_in_words_what_is_in_the_way(server: RunningServer, page: Page) -> None:
    """No candidate of the server's reaches the browser, as behind a firewall that blocks UDP."""
    page.add_init_script(
        "const set = RTCPeerConnection.prototype.setRemoteDescription;"
        "RTCPeerConnection.prototype.setRemoteDescription = function (told) {"
        "  const deaf = told.sdp.replace(/a=candidate.*\\r\\n/g, '');"
        "  const sdp = deaf.replace(/a=ice-pwd:./g, 'a=ice-pwd:0');"
        "  return set.call(this, { type: told.type, sdp }); };"
    )
    page.goto(f"{server.url}/check/")
    page.wait_for_selector("body[data-verdict]", timeout=40_000)
    assert page.get_attribute("body", "data-verdict") == "broken"
    assert "a firewall blocks UDP" in page.inner_text("#advice")
