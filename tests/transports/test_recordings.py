"""Recordings over HTTP, and the server that records everything."""

import os
from pathlib import Path

import pytest
from tests.media.outputs.lamplight import frames
from tests.transports.outside import outside, until

from visavis.avatars import Avatar
from visavis.config_outputs import OutputsConfig
from visavis.engine.pool import SessionPool
from visavis.media.outputs.recording import Recording

ADDRESS = "/api/stages/main/recording"


async def test_a_recording_begins_and_ends_on_request(
    lamp: Avatar, pool: SessionPool, tmp_path: Path
) -> None:
    config = OutputsConfig(record=tmp_path / "films", record_on_request=True)
    async with outside(lamp, pool, tmp_path, config) as server:
        assert (await server.client.post(ADDRESS)).status_code == 404
        stage = await server.stage("main", lamp)
        assert (await server.client.get(ADDRESS)).json() == {"state": "none"}
        assert (await server.client.delete(ADDRESS)).status_code == 409
        begun = await server.client.post(ADDRESS)
        assert begun.status_code == 201
        assert begun.json()["state"] == "recording"
        again = await server.client.post(ADDRESS)
        assert (again.status_code, again.json()["error"]) == (
            409,
            "This stage is being recorded already.",
        )
        (recording,) = server.outputs.decks.find(stage).sinks
        await until(lambda: getattr(recording, "seconds", 0) > 0.5)
        ended = (await server.client.delete(ADDRESS)).json()
    assert (ended["state"], ended["reason"], ended["dropped"]) == ("ended", "", 0)
    assert ended["seconds"] > 0.5
    assert frames(tmp_path / "films" / ended["file"]) > 5
    assert ended["file"] == begun.json()["file"]


async def test_a_private_talk_is_known_by_its_secret_alone(
    lamp: Avatar, pool: SessionPool, tmp_path: Path
) -> None:
    config = OutputsConfig(record=tmp_path / "films", record_on_request=True)
    async with outside(lamp, pool, tmp_path, config) as server:
        stage = await server.stage(None, lamp)
        assert (await server.client.post(f"/api/stages/{stage.name}/recording")).status_code == 404
        answer = await server.client.post(f"/api/sessions/{stage.name}/recording")
        assert answer.status_code == 201
        assert stage.name not in answer.json()["file"]
        assert (await server.client.post("/api/sessions/guess/recording")).status_code == 404


async def test_it_takes_the_token(lamp: Avatar, pool: SessionPool, tmp_path: Path) -> None:
    config = OutputsConfig(record=tmp_path / "films", record_on_request=True)
    async with outside(lamp, pool, tmp_path, config, token="open") as server:  # noqa: S106
        await server.stage("main", lamp)
        for method in ("GET", "POST", "DELETE"):
            assert (await server.client.request(method, ADDRESS)).status_code == 401
        headers = {"Authorization": "Bearer open"}
        assert (await server.client.post(ADDRESS, headers=headers)).status_code == 201


async def test_a_foreign_page_and_a_server_without_a_folder_are_refused(
    lamp: Avatar, pool: SessionPool, tmp_path: Path
) -> None:
    async with outside(lamp, pool, tmp_path, OutputsConfig()) as server:
        await server.stage("main", lamp)
        headers = {"Origin": "https://evil.example"}
        assert (await server.client.post(ADDRESS, headers=headers)).status_code == 403
        refused = await server.client.post(ADDRESS)
        assert (refused.status_code, refused.json()["error"]) == (
            409,
            "This server does not record; start it with --record DIR.",
        )


async def test_everything_is_recorded_until_the_server_ends(
    lamp: Avatar, pool: SessionPool, tmp_path: Path
) -> None:
    config = OutputsConfig(record=tmp_path / "films")
    async with outside(lamp, pool, tmp_path, config) as server:
        stages = [await server.stage("main", lamp), await server.stage(None, lamp)]
        await until(lambda: all(stage.stream.counters.released > 20 for stage in stages))
        stages[1].end()
        await until(lambda: len(server.stages.live) == 1)
    films = sorted((tmp_path / "films").iterdir())
    assert [film.name.split("-")[0] for film in films] == ["lamp", "main"]
    assert all(frames(film) > 10 for film in films)


async def test_a_full_disk_ends_the_recording_not_the_stream(
    lamp: Avatar, pool: SessionPool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = OutputsConfig(record=tmp_path / "films")
    async with outside(lamp, pool, tmp_path, config) as server:
        stage = await server.stage("main", lamp)
        deck = server.outputs.decks.find(stage)
        await until(lambda: any(getattr(sink, "seconds", 0) > 0.9 for sink in deck.sinks))
        (recording,) = deck.sinks
        assert isinstance(recording, Recording)
        full, write = recording._file._descriptor, os.write

        def fail(descriptor: int, data: bytes) -> int:
            if descriptor == full:
                raise OSError(28, "No space left on device")
            return write(descriptor, data)

        monkeypatch.setattr(os, "write", fail)
        await until(lambda: not deck.sinks)
        released = stage.stream.counters.released
        await until(lambda: stage.stream.counters.released > released + 5)
        told = (await server.client.get(ADDRESS)).json()
        metrics = (await server.client.get("/metrics")).text
    assert (told["state"], told["file"]) == ("ended", recording.path.name)
    assert told["reason"].endswith("No space left on device")
    assert 'visavis_outputs_failed_total{kind="recording"} 1.0' in metrics
    assert 'visavis_outputs{kind="recording"} 0.0' in metrics
    (film,) = (tmp_path / "films").iterdir()
    assert frames(film) > 10
