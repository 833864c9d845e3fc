"""HLS over HTTP: it begins on request, plays in a real player, and keeps strangers out."""

import asyncio
from pathlib import Path

import av
import httpx
import pytest
from tests.transports.outside import outside, until

from visavis.avatars import Avatar
from visavis.config_outputs import OutputsConfig
from visavis.engine.pool import SessionPool
from visavis.media.outputs import hls as module
from visavis.media.outputs.deck import Deck
from visavis.media.outputs.shelf import Shelf

PLAYLIST = "/hls/main/index.m3u8"
CONFIG = OutputsConfig(hls=True)


def _uris(playlist: str) -> list[str]:
    lines = [line for line in playlist.splitlines() if line and not line.startswith("#")]
    return [playlist.partition('URI="')[2].partition('"')[0], *lines]


async def _film(client: httpx.AsyncClient, playlist: str, path: Path) -> Path:
    """What a player would put together."""
    parts = [await client.get(f"/hls/main/{uri}") for uri in _uris(playlist)]
    assert {part.status_code for part in parts} == {200}
    assert {part.headers["content-type"] for part in parts} == {"video/mp4", "video/iso.segment"}
    await asyncio.to_thread(path.write_bytes, b"".join(part.content for part in parts))
    return path


async def test_a_stage_opens_for_who_watches_and_goes_when_nobody_does(
    lamp: Avatar, pool: SessionPool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("visavis.media.stage.LINGER_S", 0.1)
    async with outside(lamp, pool, tmp_path, CONFIG) as server:
        answer = await server.client.get(PLAYLIST)
        assert answer.headers["content-type"] == "application/vnd.apple.mpegurl"
        film = await _film(server.client, answer.text, tmp_path / "film.mp4")
        with av.open(str(film)) as container:
            assert [s.codec_context.name for s in container.streams] == ["h264", "aac"]
            assert 25 < len(list(container.decode(video=0))) <= 75  # a busy machine skips some
        (stage,) = server.stages.live
        assert stage.seats == 1
        monkeypatch.setattr(module, "IDLE_S", 0.0)
        await until(lambda: not server.stages.live)
        await until(lambda: not any(path.is_dir() for path in tmp_path.iterdir()))
        gone = await server.client.get("/hls/main/00000000.m4s")
        assert (gone.status_code, gone.json()["error"]) == (
            404,
            "That segment is not there any more; read the playlist again.",
        )


async def test_a_ticket_opens_one_stage_to_players_that_send_no_token(
    lamp: Avatar, pool: SessionPool, tmp_path: Path
) -> None:
    async with outside(lamp, pool, tmp_path, CONFIG, token="open") as server:  # noqa: S106
        client = server.client
        assert (await client.get(PLAYLIST)).status_code == 401
        assert (await client.get("/api/stages/main/hls")).status_code == 401
        headers = {"Authorization": "Bearer open"}
        url = (await client.get("/api/stages/main/hls", headers=headers)).json()["url"]
        assert url.startswith(f"{PLAYLIST}?ticket=")
        assert "open" not in url
        playlist = (await client.get(url)).text
        await _film(client, playlist, tmp_path / "film.mp4")
        ticket = url.partition("?")[2]
        assert (await client.get(f"/hls/other/index.m3u8?{ticket}")).status_code == 401
        assert (await client.get("/hls/main/init.mp4")).status_code == 401
        assert (await client.get(PLAYLIST, headers=headers)).status_code == 200


async def test_nothing_else_is_served(lamp: Avatar, pool: SessionPool, tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("")
    async with outside(lamp, pool, tmp_path, CONFIG) as server:
        private = await server.stage(None, lamp)
        for address in (
            f"/hls/{private.name}/index.m3u8",
            "/hls/main/init.mp4",
            "/hls/..%2Fx/index.m3u8",
            "/hls/main/..%2F..%2Fsecret.txt",
        ):
            assert (await server.client.get(address)).status_code == 404, address
        assert (await server.client.get("/api/stages/a%20b/hls")).status_code == 400
        assert len(server.stages.live) == 1
        headers = {"Origin": "https://evil.example"}
        assert (await server.client.get(PLAYLIST, headers=headers)).status_code == 403


async def test_without_hls_there_is_none(lamp: Avatar, pool: SessionPool, tmp_path: Path) -> None:
    async with outside(lamp, pool, tmp_path, OutputsConfig()) as server:
        assert (await server.client.get(PLAYLIST)).status_code == 404
        assert server.stages.live == []


async def test_there_is_a_limit(
    lamp: Avatar, pool: SessionPool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with outside(lamp, pool, tmp_path, CONFIG) as server:
        monkeypatch.setattr(server.outputs.decks.shelf, "_limit", 0)
        answer = await server.client.get(PLAYLIST)
        assert (answer.status_code, answer.json()["error"]) == (
            503,
            "HLS already serves 0 stages; try again later.",
        )


async def test_a_stream_that_does_not_come_is_told(
    lamp: Avatar, pool: SessionPool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("visavis.media.outputs.shelf._START_S", 0.0)
    async with outside(lamp, pool, tmp_path, CONFIG) as server:
        answer = await server.client.get(PLAYLIST)
        assert answer.status_code == 503
        assert "try again in a few seconds" in answer.json()["error"]


async def test_what_was_never_asked_for_is_not_there(tmp_path: Path, lamp: Avatar) -> None:
    shelf = Shelf(tmp_path)
    deck = object.__new__(Deck)
    assert shelf.file(deck, "init.mp4") is None
    await shelf.forget(deck)
