"""Two people call each other, each as an avatar, in two browsers."""

import pytest
from playwright.sync_api import expect

from bench.browser import RunningServer, chromiums


@pytest.mark.timeout(90)
def test_two_people_see_each_other_and_find_each_other_again(server: RunningServer) -> None:
    with chromiums(None, None) as browsers:
        host, guest = (browser.new_page(bypass_csp=True) for browser in browsers)
        host.goto(f"{server.url}/meet/")
        host.get_by_role("button", name="Join").click()
        expect(host.get_by_role("heading")).to_have_text("Ready", timeout=15_000)
        guest.goto(host.locator("#address").input_value())
        guest.get_by_role("button", name="Join").click()
        for page in (host, guest):
            expect(page.get_by_role("heading")).to_have_text("You are connected", timeout=20_000)
            page.wait_for_function("document.getElementById('far-video').currentTime > 1")
            assert page.evaluate("document.getElementById('far-video').videoWidth") == 240
        guest.reload()
        guest.get_by_role("button", name="Join").click()
        expect(guest.get_by_role("heading")).to_have_text("You are connected", timeout=20_000)
        host.wait_for_function("""() => visavisMeeting.peer.connectionState === 'connected'
          && visavisMeeting.remoteStream?.active""")
