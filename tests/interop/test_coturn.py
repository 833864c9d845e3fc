"""A coturn that shares a secret with the server takes the credentials that callers are given."""

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.transports.caller import Watcher

from visavis.transports.ice import IceSettings
from visavis.transports.peer import Peer
from visavis.transports.viewer import Viewer

SECRET = "north"  # noqa: S105
pytestmark = pytest.mark.usefixtures("loopback")


@pytest.fixture
def relay(tmp_path: Path) -> Iterator[str]:
    """The URL of a relay on loopback."""
    command = shutil.which("turnserver")
    assert command, "coturn is not installed"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = tmp_path / "turnserver.conf"
    settings.write_text(
        f"listening-ip=127.0.0.1\nrelay-ip=127.0.0.1\nlistening-port={port}\nuse-auth-secret\n"
        f"static-auth-secret={SECRET}\nrealm=example.org\nallow-loopback-peers\nno-tls\nno-dtls\n"
        f"no-cli\nlog-file={tmp_path / 'log'}\npidfile={tmp_path / 'pid'}\ndb={tmp_path / 'db'}\n"
    )
    with subprocess.Popen([command, "-c", str(settings)], stdout=subprocess.DEVNULL) as process:
        try:
            time.sleep(1.0)
            yield f"turn:127.0.0.1:{port}?transport=udp"
        finally:
            process.kill()


@pytest.mark.parametrize(("secret", "relayed"), [(SECRET, True), ("wrong", False)])
async def test_the_relay_takes_a_days_credentials(relay: str, secret: str, relayed: bool) -> None:
    servers = IceSettings(turn=relay, secret=secret).servers()
    peer = Peer(None, Viewer(), servers)
    async with Watcher() as watcher:
        answer = await peer.answer(await watcher.offer())
    await peer.close()
    assert (" typ relay " in answer) is relayed
    assert " typ host" in answer
