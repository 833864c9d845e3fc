"""From opening a page to the first live picture on it."""

import numpy as np

from bench.browser import chromiums, running_server

_NOTE = """
(() => {
  const look = setInterval(() => {
    const video = [...document.querySelectorAll('video')]
      .find((element) => element.srcObject instanceof MediaStream);
    if (!video) return;
    clearInterval(look);
    video.requestVideoFrameCallback(() => { window.firstFrame = performance.now(); });
  }, 2);
})();
"""


def first_frame_ms(avatar: str, times: int) -> float:
    """Median over `times` openings of /watch/, whose stage is on air; the first is not counted."""
    found = []
    with running_server("--avatar", avatar) as server, chromiums(None) as (browser,):
        context = browser.new_context(viewport={"width": 1280, "height": 800})
        for _ in range(times + 1):
            page = context.new_page()
            page.add_init_script(_NOTE)
            page.goto(f"{server.url}/watch/?stream=bench")
            page.wait_for_function("() => window.firstFrame")
            found.append(float(page.evaluate("() => window.firstFrame")))
            page.close()
    return float(np.median(found[1:]))
