"""GStreamer's `webrtcbin`, which whipsink and whepsrc are made of: its certificate is RSA, and its
H.264 caps carry no fmtp."""

import json
import subprocess
from typing import Any

from tests.interop.conftest import HERE, wait_for_speech

from bench.browser import RunningServer

SYSTEM_PYTHON = "/usr/bin/python3"


def _begin(what: str, url: str, seconds: int) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [SYSTEM_PYTHON, str(HERE / "gstreamer.py"), what, url, str(seconds)],
        stdout=subprocess.PIPE,
        text=True,
    )


def _told(process: "subprocess.Popen[str]") -> dict[str, Any]:
    out, _ = process.communicate(timeout=60)
    told: dict[str, Any] = json.loads(out)
    return told


def test_gstreamer_watches(server: RunningServer) -> None:
    got = _told(_begin("watch", f"{server.url}/whep/gstreamer", 6))
    assert got["state"] == "connected"
    assert got["frames"] >= 120
    assert got["audio"] >= 250


def test_gstreamer_publishes(server: RunningServer) -> None:
    publishing = _begin("publish", f"{server.url}/whip/gstreamer", 6)
    assert wait_for_speech(server, "gstreamer")
    assert _told(publishing)["state"] == "connected"
