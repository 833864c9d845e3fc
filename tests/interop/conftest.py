"""Foreign WebRTC stacks against a server process of our own. `make interop` installs the stacks and
runs these; a stack that is not there is a failure here, not a skip."""

import json
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bench.browser import RunningServer, running_server
from bench.wav import write_wav
from visavis.studio.lamp import TONE_AMPLITUDE, TONE_HZ, build_lamp

HERE = Path(__file__).parent
LIMITS = ("--max-sessions", "4", "--sessions", "1", "--call-rate", "50")


@pytest.fixture(autouse=True)
def no_leaks() -> None:
    """Foreign stacks keep threads of their own."""


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """The lamp, on loopback."""
    avatars = build_lamp(tmp_path_factory.mktemp("lamp")).parent
    with running_server("--avatar", "lamp", *LIMITS, avatars=avatars) as server:
        yield server


@pytest.fixture(scope="session")
def tone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Half a minute of the tone that the lamp lights up for, as a microphone."""
    time_s = np.arange(30 * 48_000) / 48_000
    sound = TONE_AMPLITUDE * np.sin(2 * np.pi * TONE_HZ * time_s)
    return write_wav(tmp_path_factory.mktemp("tone") / "tone.wav", sound)


def stage(server: RunningServer, name: str) -> dict[str, Any] | None:
    """What the server tells about a stage; None: there is none."""
    with urllib.request.urlopen(f"{server.url}/api/stages") as answer:  # noqa: S310
        stages = json.load(answer)["stages"]
    return next((stage for stage in stages if stage["name"] == name), None)


def wait_for_speech(server: RunningServer, name: str, limit_s: float = 15.0) -> bool:
    """Whether the avatar on a stage begins to speak within the limit."""
    end = time.monotonic() + limit_s
    while time.monotonic() < end:
        told = stage(server, name)
        if told and told["speaking"]:
            return True
        time.sleep(0.1)
    return False
