"""The overlay is transparent around the person and solid within."""

from collections.abc import Iterator

import numpy as np
import pytest
from playwright.sync_api import Page

from bench.alpha import Alpha, measure_alpha
from bench.browser import RunningServer, running_server

STREAM = "/overlay/?stream=main&sound=off"
WITHOUT_WEBGL = """
  const get = HTMLCanvasElement.prototype.getContext;
  HTMLCanvasElement.prototype.getContext = function (kind, options) {
    return kind === 'webgl' ? null : get.call(this, kind, options);
  };"""


@pytest.fixture(scope="module")
def nova() -> Iterator[RunningServer]:
    with running_server("--avatar", "nova") as server:
        yield server


def _good(alpha: Alpha) -> bool:
    return alpha.outside_max == 0 and alpha.inside_min >= 254 and alpha.halo_mean <= 1 / 255


def test_nova_stands_before_nothing(nova: RunningServer, page: Page) -> None:
    page.goto(nova.url + STREAM)
    assert _good(measure_alpha(page, "nova", pictures=4))


def test_a_browser_without_webgl_draws_the_same(nova: RunningServer, page: Page) -> None:
    page.add_init_script(WITHOUT_WEBGL)
    page.goto(nova.url + STREAM)
    assert _good(measure_alpha(page, "nova", pictures=4))


def test_green_for_a_chroma_key(nova: RunningServer, page: Page) -> None:
    page.set_viewport_size({"width": 320, "height": 320})
    page.goto(f"{nova.url}{STREAM}&key=green")
    page.wait_for_selector(".stage.has-live", state="attached")
    page.wait_for_timeout(800)  # until it has faded in
    corner = page.evaluate("() => getComputedStyle(document.body).backgroundColor")
    assert corner == "rgb(0, 255, 0)"
    shot = page.screenshot(clip={"x": 0, "y": 0, "width": 8, "height": 8})
    assert np.array_equal(_pixel(page, shot), [0, 255, 0, 255])


def _pixel(page: Page, png: bytes) -> list[int]:
    """The first pixel of a picture, as the browser decodes it."""
    return list(
        page.evaluate(
            """async (bytes) => {
              const picture = await createImageBitmap(new Blob([new Uint8Array(bytes)]));
              const pen = new OffscreenCanvas(8, 8).getContext('2d');
              pen.drawImage(picture, 0, 0);
              return [...pen.getImageData(2, 2, 1, 1).data];
            }""",
            list(png),
        )
    )


def test_nothing_but_the_avatar_is_drawn_in_obs(nova: RunningServer, page: Page) -> None:
    page.add_init_script("window.obsstudio = {}")
    page.route("**/whep/**", lambda route: route.abort())
    page.goto(nova.url + STREAM)
    page.wait_for_timeout(1500)
    assert page.locator("body").inner_text().strip() == ""
