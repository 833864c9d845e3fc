"""A line that breaks is offered anew by the page, and the avatar is as it was."""

import httpx
from playwright.sync_api import Page

from bench.browser import RunningServer

BREAK = """() => new Promise((resolve) => {
  const talk = window.visavisTalk;
  const states = [];
  talk.addEventListener('state', ({ detail }) => {
    states.push(detail.state);
    if (['live', 'error', 'ended'].includes(detail.state)) resolve(states);
  });
  talk.peer.close();
})"""

# Nothing says that the line is down: only no packet comes any more.
SILENCE = BREAK.replace(
    "talk.peer.close()",
    """talk.peer.getStats().then((report) => {
    talk.peer.getStats = () => Promise.resolve(report);
  })""",
)


def _accepted(server: RunningServer) -> float:
    lines = httpx.get(f"{server.url}/metrics").text.splitlines()
    (line,) = (line for line in lines if line.startswith("visavis_sessions_accepted_total"))
    return float(line.split()[1])


def test_a_broken_line_is_taken_up_again(server: RunningServer, page: Page) -> None:
    page.goto(server.url)
    page.get_by_role("button", name="Talk", exact=True).click()
    page.wait_for_selector("#stage.has-live", timeout=20_000)
    before = _accepted(server)
    assert page.evaluate(BREAK) == ["reconnecting", "live"]
    assert _accepted(server) == before  # the same stage, not a new one
    assert page.evaluate(SILENCE) == ["reconnecting", "live"]
    assert _accepted(server) == before
    page.get_by_role("button", name="Stop", exact=True).click()
