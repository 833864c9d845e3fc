"""npm `node-datachannel`: libdatachannel, which OBS publishes with."""

import json
import shutil
import subprocess
import threading
import urllib.request
from typing import Any

from tests.interop.conftest import HERE, stage

from bench.browser import RunningServer

HANDSHAKES = 50


def _run(what: str, url: str, number: int) -> dict[str, Any]:
    """What the script printed. Its exit status says nothing: the library crashes on its way out."""
    node = shutil.which("node")
    assert node, "Node.js is not installed"
    ended = subprocess.run(
        [node, "datachannel.mjs", what, url, str(number)],
        cwd=HERE, capture_output=True, text=True, timeout=150, check=False,
    )  # fmt: skip
    assert ended.stdout, ended.stderr
    told: dict[str, Any] = json.loads(ended.stdout)
    return told


def test_libdatachannel_watches(server: RunningServer) -> None:
    got = _run("watch", f"{server.url}/whep/datachannel", 6)
    assert got["state"] == "connected"
    assert got["deleted"] == 200
    assert got["frames"] >= 120
    assert got["audio"] >= 250


def test_libdatachannel_publishes(server: RunningServer) -> None:
    """Its silence reaches the avatar: samples are counted."""
    before = _received(server)
    told: list[dict[str, Any]] = []
    sending = threading.Thread(
        target=lambda: told.append(_run("publish", f"{server.url}/whip/obs", 4))
    )
    sending.start()
    sending.join()
    assert told == [{"state": "connected", "deleted": 200}]
    assert stage(server, "obs")
    assert _received(server) - before >= 3.0


def test_every_handshake_succeeds(server: RunningServer) -> None:
    got = _run("handshakes", f"{server.url}/whep/handshakes", HANDSHAKES)
    assert got == {"count": HANDSHAKES, "connected": HANDSHAKES}


def _received(server: RunningServer) -> float:
    """Seconds of sound that the server has taken in."""
    with urllib.request.urlopen(f"{server.url}/metrics") as answer:  # noqa: S310
        lines = answer.read().decode().splitlines()
    (line,) = (at for at in lines if at.startswith('visavis_sound_seconds_total{fate="received"'))
    return float(line.rsplit(" ", 1)[1])
