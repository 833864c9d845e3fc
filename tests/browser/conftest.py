"""A server with the lamp on it, and a Chromium that several tests share."""

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from bench.browser import RunningServer, chromiums, running_server
from visavis.studio.lamp import build_lamp

_AXE = Path(sys.prefix) / "web" / "node_modules" / "axe-core" / "axe.min.js"


@pytest.fixture(scope="session")
def axe_script() -> str:
    """The accessibility checker, as `make test` installs it."""
    if not _AXE.exists() and shutil.which("npm") is None:
        pytest.skip("the accessibility check needs Node.js: install the package 'npm'")
    return _AXE.read_text("utf-8")


@pytest.fixture(scope="module")
def lamps(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of avatars that holds the lamp."""
    return build_lamp(tmp_path_factory.mktemp("avatars")).parent


@pytest.fixture(scope="module")
def server(lamps: Path) -> Iterator[RunningServer]:
    with running_server("--avatar", "lamp", "--max-sessions", "4", avatars=lamps) as server:
        yield server


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Its microphone beeps."""
    with chromiums(None, webgl=True) as (browser,):
        yield browser


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A fresh profile, whose pages close with the test."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    context.set_default_timeout(15_000)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()
