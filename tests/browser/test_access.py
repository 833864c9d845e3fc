"""Everybody can use every page: checked by axe, and by keyboard alone."""

import pytest
from playwright.sync_api import Browser, Page, expect

from bench.browser import RunningServer

PAGES = (
    "/", "/watch/", "/watch/?stream=main", "/overlay/", "/overlay/?stream=main", "/kiosk/",
    "/meet/", "/embed/?avatar=lamp",
)  # fmt: skip
DRAWN_AFTER_TRIES = 20


@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_nothing(
    server: RunningServer, browser: Browser, axe_script: str, path: str
) -> None:
    """In light and in dark."""
    context = browser.new_context(reduced_motion="reduce")
    page = context.new_page()
    page.goto(server.url + path)
    page.wait_for_load_state("networkidle")
    if path == "/":
        page.keyboard.press("s")
        page.locator("#menu summary").click()
    page.evaluate(axe_script)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        assert (scheme, _faults(page)) == (scheme, [])
    context.close()


def _faults(page: Page) -> list[str]:
    """What axe finds once the page is drawn anew, which on a busy machine takes its time."""
    told: list[str] = []
    for _ in range(DRAWN_AFTER_TRIES):
        page.wait_for_timeout(100)
        found = page.evaluate("() => axe.run()")
        assert len(found["passes"]) > 5
        told = [f"{v['id']}: {n['html'][:120]}" for v in found["violations"] for n in v["nodes"]]
        if not told:
            break
    return told


_REACH = """() => {
  const parts = document.querySelectorAll('main :is(h1, p, li, form, button, input, figure)');
  const boxes = [...parts].filter((part) => part.checkVisibility())
    .map((part) => part.getBoundingClientRect());
  return [Math.min(...boxes.map((box) => box.left)), Math.max(...boxes.map((box) => box.right))];
}"""


@pytest.mark.parametrize("path", ["/", "/watch/", "/overlay/", "/meet/", "/check/"])
def test_a_phone_shows_all_of_it_within_the_margin(
    server: RunningServer, page: Page, path: str
) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(server.url + path)
    page.wait_for_load_state("networkidle")
    left, right = page.evaluate(_REACH)
    assert left >= 20
    assert right <= 390 - 20


def _focused(page: Page) -> str:
    return str(
        page.evaluate("""() => {
          let at = document.activeElement;
          while (at.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
          return at.id || at.getAttribute('href') || at.ariaLabel || at.textContent.trim();
        }""")
    )


@pytest.mark.parametrize(
    ("path", "stops"),
    [
        ("/", ["More ways to use visavis", "sound", "talk", "stats"]),
        ("/watch/", ["More ways to use visavis", "stream", "Watch"]),
        ("/overlay/", ["More ways to use visavis", "stream", "key", "side", "address", "copy",
                       "open"]),
        ("/kiosk/", ["talk"]),
        ("/meet/", ["More ways to use visavis", "talk"]),
        ("/embed/?avatar=lamp", ["Talk"]),
    ],
)  # fmt: skip
def test_the_tabulator_reaches_everything(
    server: RunningServer, page: Page, path: str, stops: list[str]
) -> None:
    page.goto(server.url + path)
    page.wait_for_load_state("networkidle")
    reached = []
    for _ in stops:
        page.keyboard.press("Tab")
        reached.append(_focused(page))
    assert reached == stops


def test_a_talk_begins_and_ends_by_keyboard(server: RunningServer, page: Page) -> None:
    page.goto(server.url)
    expect(page.locator("#call")).to_have_attribute("data-state", "idle")
    page.get_by_role("button", name="Talk", exact=True).focus()
    page.keyboard.press("Enter")
    expect(page.locator("#call")).to_have_attribute("data-state", "live")
    page.keyboard.press("s")
    expect(page.get_by_role("region", name="Stats")).to_be_visible()
    expect(page.locator("[data-stat=fps]")).to_contain_text("fps")
    page.keyboard.press("m")
    expect(page.locator("#sound")).to_have_attribute("aria-pressed", "false")
    page.get_by_role("button", name="Stop").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#call")).to_have_attribute("data-state", "ended")


def test_a_kiosk_begins_with_any_key(server: RunningServer, page: Page) -> None:
    page.goto(f"{server.url}/kiosk/")
    expect(page.get_by_role("button", name="Talk", exact=True)).to_be_enabled()
    page.keyboard.press("x")
    expect(page.locator("#call")).to_have_attribute("data-state", "live")


def test_the_menu_opens_by_keyboard_and_leads_on(server: RunningServer, page: Page) -> None:
    page.goto(server.url)
    page.locator("#menu summary").focus()
    page.keyboard.press("Enter")
    for _ in range(2):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/watch/")
