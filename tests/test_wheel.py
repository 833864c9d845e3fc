"""The wheel alone, outside the checkout, brings the avatar and the page."""

import os
import subprocess
import sys
import urllib.request
import zipfile
from pathlib import Path

import pytest

from bench.browser import running_server

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the built wheel's contents and nothing else of visavis."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder)]
    subprocess.run([*build, str(ROOT)], check=True, capture_output=True)
    (wheel,) = folder.glob("visavis-*.whl")
    site = folder / "site"
    zipfile.ZipFile(wheel).extractall(site)
    return site


def test_wheel_is_imported_from_its_own_folder(installed: Path, tmp_path: Path) -> None:
    where = subprocess.run(
        [sys.executable, "-c", "import visavis, sys; sys.stdout.write(visavis.__file__)"],
        env={**os.environ, "PYTHONPATH": str(installed)},
        cwd=tmp_path,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    assert Path(where).is_relative_to(installed)


def test_wheel_serves_nova_and_the_page(
    installed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(installed))
    monkeypatch.chdir(tmp_path)
    with running_server("--max-sessions", "1") as server:
        pages = {path: _get(server.url + path) for path in ("/", "/pages/call.js", "/api/avatars")}
        poster = _get(f"{server.url}/api/avatars/nova/poster.png")
    assert b"<title>" in pages["/"]
    assert b"import" in pages["/pages/call.js"]
    assert b'"nova"' in pages["/api/avatars"]
    assert poster.startswith(b"\x89PNG")


def _get(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=10) as response:  # noqa: S310
        body: bytes = response.read()
    return body
