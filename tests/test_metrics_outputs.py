"""What an operator sees of recordings and pushes."""

from pathlib import Path

from prometheus_client import CollectorRegistry, generate_latest
from tests.transports.outside import outside, until

from visavis.avatars import Avatar
from visavis.config_outputs import OutputsConfig
from visavis.engine.pool import SessionPool
from visavis.media.outputs.decks import Decks
from visavis.metrics_outputs import OutputMetrics


def test_a_server_without_outputs_counts_none() -> None:
    registry = CollectorRegistry()
    registry.register(OutputMetrics(Decks(None, None, record_all=False), None))
    text = generate_latest(registry).decode()
    for kind in ("recording", "hls", "rtmp"):
        assert f'visavis_outputs{{kind="{kind}"}} 0.0' in text
    assert "visavis_outputs_dropped_total 0.0" in text
    assert "rtmp_on_air" not in text


async def test_what_runs_is_counted(lamp: Avatar, pool: SessionPool, tmp_path: Path) -> None:
    nobody = "rtmp://127.0.0.1:9/live/key"
    config = OutputsConfig(record=tmp_path / "films", rtmp=nobody)
    async with outside(lamp, pool, tmp_path, config) as server:
        await until(lambda: bool(server.outputs.on_air and server.outputs.on_air.push))
        text = (await server.client.get("/metrics")).text
    assert 'visavis_outputs{kind="recording"} 1.0' in text
    assert 'visavis_outputs{kind="rtmp"} 1.0' in text
    assert "visavis_rtmp_on_air 0.0" in text
    assert "visavis_rtmp_connections_total 0.0" in text
    assert "key" not in text.replace("keyframe", "")
