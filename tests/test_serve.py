"""The server as a process: it binds, answers, and ends in order."""

import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

COMMAND = [sys.executable, "-m", "visavis", "serve", "--avatar", "lamp"]
QUICK = ["--max-sessions", "1", "--sessions", "1"]
LIMIT_S = 60
READY = r"ready for 1 caller at (http://\S+)"


@pytest.fixture
def environment(avatar_folder: Path) -> dict[str, str]:
    return {**os.environ, "VISAVIS_AVATARS": str(avatar_folder)}


@pytest.fixture
def server(environment: dict[str, str]) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    """A running server and its address."""
    process = subprocess.Popen(
        [*COMMAND, *QUICK, "--port", "0"], stderr=subprocess.PIPE, text=True, env=environment
    )
    with process:
        try:
            assert process.stderr is not None
            found = (re.search(READY, line) for line in process.stderr)  # other lines may precede
            ready = next(filter(None, found))
            yield process, ready[1]
        finally:
            process.kill()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_is_an_orderly_end(
    server: tuple["subprocess.Popen[str]", str], number: signal.Signals
) -> None:
    process, url = server
    with urllib.request.urlopen(f"{url}/readyz", timeout=LIMIT_S) as answer:  # noqa: S310
        assert answer.read() == b'{"ready":true,"free":1}'
        assert "server" not in answer.headers
    process.send_signal(number)
    assert process.wait(LIMIT_S) == 0
    assert process.stderr is not None
    assert "Traceback" not in process.stderr.read()


def test_a_port_in_use_is_one_line(environment: dict[str, str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        ended = subprocess.run(
            [*COMMAND, *QUICK, "--port", port],
            capture_output=True, text=True, env=environment, timeout=LIMIT_S, check=False,
        )  # fmt: skip
    assert ended.returncode == 2
    assert ended.stdout == ""
    says = (
        rf"visavis: Cannot listen on 127\.0\.0\.1 port {port}: .*; choose another with --port\.\n"
    )
    assert re.fullmatch(says, ended.stderr)
