"""A server process under fault: no descriptors left, a signal while somebody talks, odd names."""

import asyncio
import contextlib
import json
import os
import re
import resource
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

LIMIT_S = 60.0
QUICK = ("--avatar", "lamp", "--max-sessions", "2", "--sessions", "1", "--port", "0")


@contextlib.contextmanager
def _server(
    avatars: Path, *arguments: str, descriptors: int | None = None
) -> Iterator[tuple["subprocess.Popen[str]", str, Path]]:
    """A process, its address and its log."""

    def limit() -> None:
        if descriptors:
            resource.setrlimit(resource.RLIMIT_NOFILE, (descriptors, descriptors))

    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        environment = {**os.environ, "VISAVIS_AVATARS": str(avatars), "XDG_STATE_HOME": folder}
        with (
            log.open("w") as file,
            subprocess.Popen(
                [sys.executable, "-m", "visavis", "serve", *QUICK, *arguments],
                stderr=file, text=True, env=environment, preexec_fn=limit,
            ) as process,
        ):  # fmt: skip
            try:
                yield process, _address(process, log), log
            finally:
                process.kill()


def _address(process: "subprocess.Popen[str]", log: Path) -> str:
    end = time.monotonic() + LIMIT_S
    while time.monotonic() < end and process.poll() is None:
        if match := re.search(r"ready .* at (https?://\S+)", log.read_text()):
            return match[1]
        time.sleep(0.05)
    raise AssertionError(log.read_text())


def test_without_descriptors_the_server_refuses_and_recovers(avatar_folder: Path) -> None:
    with _server(avatar_folder, descriptors=128) as (process, url, _):
        port = int(url.rsplit(":", 1)[1])
        asyncio.run(_exhaust(port))
        end = time.monotonic() + LIMIT_S
        while time.monotonic() < end:
            try:
                assert httpx.get(f"{url}/readyz", timeout=5).status_code == 200
                break
            except httpx.TransportError:
                time.sleep(0.2)
        else:
            pytest.fail("the server did not recover")
        assert process.poll() is None


async def _exhaust(port: int) -> None:
    """Open more connections than the server has descriptors, and hold them for a while."""
    opening = [asyncio.open_connection("127.0.0.1", port) for _ in range(200)]
    opened = await asyncio.gather(*opening, return_exceptions=True)
    await asyncio.sleep(1.0)
    for pair in opened:
        if not isinstance(pair, BaseException):
            pair[1].close()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_while_somebody_is_there_is_an_orderly_end(
    avatar_folder: Path, number: signal.Signals
) -> None:
    with _server(avatar_folder) as (process, url, log):
        code = asyncio.run(_talk_until_the_end(url, process, number))
        assert process.wait(LIMIT_S) == 0
        assert code in (1001, 1012)
        assert "Traceback" not in log.read_text()


def test_a_second_signal_waits_for_no_request(avatar_folder: Path) -> None:
    with _server(avatar_folder) as (process, url, log):
        address = ("127.0.0.1", int(url.rsplit(":", 1)[1]))
        with socket.create_connection(address) as slow:
            slow.sendall(
                b"POST /whip/news HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n"
                b"Content-Type: application/sdp\r\nExpect: 100-continue\r\n\r\n"
            )
            assert slow.recv(100).startswith(b"HTTP/1.1 100")  # the body is waited for
            process.send_signal(signal.SIGTERM)
            with contextlib.suppress(ConnectionRefusedError):
                while True:
                    socket.create_connection(address).close()
                    time.sleep(0.02)
            assert process.poll() is None
            process.send_signal(signal.SIGTERM)
            assert process.wait(LIMIT_S) == 0
            with contextlib.suppress(ConnectionResetError):
                assert b" 408 " not in slow.recv(100)  # which it would be told in the end
        assert "timeout graceful shutdown exceeded" not in log.read_text()


async def _talk_until_the_end(
    url: str, process: "subprocess.Popen[str]", number: signal.Signals
) -> int | None:
    async with connect(f"{url.replace('http', 'ws')}/ws/news", proxy=None) as socket:
        await socket.send(json.dumps({"type": "start", "version": 1, "rate": 48_000}))
        assert json.loads(await socket.recv())["type"] == "ready"
        await socket.send(bytes(960_000))
        process.send_signal(number)
        try:
            while True:
                await socket.recv()
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd else None


def test_secrets_and_line_breaks_do_not_reach_the_log(avatar_folder: Path) -> None:
    with _server(avatar_folder, "--token", "very-secret") as (_, url, log):
        headers = {"Authorization": "Bearer very-secret", "Content-Type": "application/sdp"}
        for path in (
            "/whip/a%0d%0aINJECTED",
            "/whip/news",
            "/api/talk/%0aINJECTED",
            "/x%0aINJECTED",
        ):
            body = "v=0\r\na=INJECTED\r\nm=x\n"
            assert httpx.post(f"{url}{path}", content=body, headers=headers).status_code >= 400
        text = log.read_text()
        assert "very-secret" not in text
        assert "INJECTED" not in text


def test_a_certificate_of_its_own_makes_a_secure_page(avatar_folder: Path) -> None:
    with _server(avatar_folder, "--tls", "self-signed") as (_, url, log):
        assert url.startswith("https://127.0.0.1:")
        found = re.search(r"certificate (\S+), SHA-256 ([0-9A-F:]{95})", log.read_text())
        assert found
        trusting = ssl.create_default_context(cafile=found[1])
        with urllib.request.urlopen(f"{url}/readyz", context=trusting) as answer:  # noqa: S310
            assert answer.status == 200
