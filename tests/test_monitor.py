"""An operator's tools have a port of their own, which this machine alone reaches."""

import socket
from pathlib import Path

import httpx
import pytest

from visavis.app import Server, build_app
from visavis.avatars import Avatar
from visavis.config import ServeConfig
from visavis.config_outputs import OutputsConfig
from visavis.engine.pool import SessionPool
from visavis.errors import ConfigError
from visavis.http_server import listen
from visavis.media.showcase import Showcase
from visavis.media.stages import Stages
from visavis.monitor import monitored
from visavis.outputs import Outputs


@pytest.fixture
def server(lamp: Avatar, pool: SessionPool, tmp_path: Path) -> Server:
    config = ServeConfig(metrics_port=0, token="secret")  # noqa: S106
    outputs = Outputs(OutputsConfig(), lamp, tmp_path)
    showcase = Showcase(tmp_path, lamp.template)
    return Server(config, lamp, pool, Stages(2, pool), showcase, outputs)


async def test_tools_on_this_machine_need_no_token(server: Server) -> None:
    listener = listen("127.0.0.1", 0)
    address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    async with monitored(server, listener), httpx.AsyncClient(base_url=address) as client:
        assert "visavis_sessions_limit 2.0" in (await client.get("/metrics")).text
        assert (await client.get("/readyz")).json() == {"ready": True, "free": 2}
        assert (await client.get("/api/stages")).status_code == 404
        rebound = {"Host": "rebound.example"}
        assert (await client.get("/metrics", headers=rebound)).status_code == 400
        where = listener.getsockname()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(where)


async def test_callers_do_not_see_the_metrics_then(server: Server) -> None:
    transport = httpx.ASGITransport(build_app(server), raise_app_exceptions=False)
    bearer = {"Authorization": "Bearer secret"}
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        assert (await client.get("/metrics", headers=bearer)).status_code == 404
        assert (await client.get("/readyz")).status_code == 200


def test_a_port_in_use_names_the_option() -> None:
    with listen("127.0.0.1", 0) as taken, pytest.raises(ConfigError, match="with --metrics-port"):
        listen("127.0.0.1", taken.getsockname()[1], "--metrics-port")
