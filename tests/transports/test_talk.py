"""Whole calls: a tone goes in, the lamp comes back with it, and sessions end when they should."""

import asyncio
from collections.abc import AsyncIterator, Callable

import aioice.ice
import httpx
import numpy as np
import pytest
from numpy.typing import NDArray
from tests.transports.caller import Caller

from visavis.app import Server, build_app
from visavis.avatars import Avatar
from visavis.config import ServeConfig
from visavis.config_outputs import OutputsConfig
from visavis.engine.pool import SessionPool
from visavis.media import stage as stage_module
from visavis.media.showcase import Showcase
from visavis.media.stages import Stages
from visavis.media.stream import AvatarStream
from visavis.outputs import Outputs
from visavis.transports import visit as visit_module

Float32 = NDArray[np.float32]
SDP = {"Content-Type": "application/sdp"}
SILENCE = np.zeros(0, np.float32)
FRAME_S = 0.04
pytestmark = pytest.mark.usefixtures("loopback")


@pytest.fixture
def stages(pool: SessionPool) -> Stages:
    return Stages(2, pool)


@pytest.fixture
async def client(
    lamp: Avatar,
    pool: SessionPool,
    stages: Stages,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a server that is up, and shuts down after the test."""
    folder = tmp_path_factory.mktemp("server")
    showcase, outputs = Showcase(folder, lamp.template), Outputs(OutputsConfig(), lamp, folder)
    app = build_app(Server(ServeConfig(), lamp, pool, stages, showcase, outputs))
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8080") as client,
    ):
        yield client


async def _call(client: httpx.AsyncClient, caller: Caller) -> str:
    """Begin a call; returns its secret address."""
    answer = await client.post("/api/talk/lamp", content=await caller.offer(), headers=SDP)
    assert answer.status_code == 201, answer.text
    assert answer.headers["content-type"].startswith("application/sdp")
    await caller.accept(answer.text)
    return str(answer.headers["location"])


async def _until(done: Callable[[], bool]) -> None:
    """Wait for what has no event; pytest's own limit ends the wait."""
    while not done():  # noqa: ASYNC110
        await asyncio.sleep(0.02)


def _spans(marks: list[tuple[float, float]], threshold: float) -> list[tuple[float, float]]:
    """First and last time of each stretch above the threshold, holes under 0.1 s closed."""
    on = [time for time, level in sorted(marks) if level > threshold]
    cuts = [i for i in range(1, len(on)) if on[i] - on[i - 1] > 0.1]
    return [(part[0], part[-1]) for part in (on[a:b] for a, b in _pairs(cuts, len(on)))]


def _pairs(cuts: list[int], end: int) -> list[tuple[int, int]]:
    return list(zip([0, *cuts], [*cuts, end], strict=True)) if end else []


async def test_the_lamp_lights_while_the_returned_tone_sounds(
    client: httpx.AsyncClient, stages: Stages, make_tone: Callable[..., Float32]
) -> None:
    clip = make_tone(60.0, *((t, t + 0.6) for t in range(1, 60, 2)))
    async with Caller(clip) as caller:
        location = await _call(client, caller)
        (live,) = stages.live

        def seen() -> bool:
            lit = sum(level > 128 for _, level in caller.picture.marks)
            return lit >= 20 and min(map(len, (caller.sound.reports, caller.picture.reports))) > 0

        await _until(seen)
        status = (await client.get(location)).json()
        assert (await client.delete(location)).status_code == 200
        await _until(lambda: not stages.live)
    sound, picture = caller.sound.wall_times(), caller.picture.wall_times()
    tones, flashes = _spans(sound, 0.2), _spans(picture, 128)
    assert np.median([level for _, level in sound if level > 0.2]) == pytest.approx(0.5, abs=0.1)
    assert flashes
    for begin, end in flashes:  # no flash outside a tone, though a late frame may cut one short
        assert any(on - FRAME_S <= begin and end <= off + FRAME_S for on, off in tones)
    assert status["state"] == "live"
    assert status["delay_ms"] >= live.stream.look_ahead * 40
    assert live.sound.counters.received > 0
    assert stages.ended == {"ended": 1}
    assert stages.past_frames.released == live.stream.counters.released > 40


async def test_a_caller_who_hangs_up_ends_the_session(
    client: httpx.AsyncClient, stages: Stages
) -> None:
    async with Caller(SILENCE) as caller:
        location = await _call(client, caller)
        await _until(lambda: stages.live[0].is_live)
        await caller.hang_up()
        await _until(lambda: not stages.live)
    assert stages.ended == {"peer left": 1}
    assert (await client.get(location)).status_code == 404
    assert stages.free == 2


async def test_a_caller_who_never_comes_is_forgotten(
    client: httpx.AsyncClient, stages: Stages, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(visit_module, "CONNECT_TIMEOUT_S", 0.05)
    async with Caller(SILENCE) as caller:
        offer = await caller.offer()
        await client.post("/api/talk/lamp", content=offer, headers=SDP)
        await _until(lambda: not stages.live)
    assert stages.ended == {"never connected": 1}
    assert stages.free == 2


async def test_a_full_server_says_when_to_come_back(
    client: httpx.AsyncClient, stages: Stages
) -> None:
    async with Caller(SILENCE) as first, Caller(SILENCE) as second, Caller(SILENCE) as third:
        for caller in (first, second):
            await _call(client, caller)
        answer = await client.post("/api/talk/lamp", content=await third.offer(), headers=SDP)
        assert answer.status_code == 503
        assert int(answer.headers["retry-after"]) >= 1
        assert "All 2 places are taken" in answer.json()["error"]
        ready = await client.get("/readyz")
        assert (ready.status_code, ready.json()) == (503, {"ready": False, "free": 0})
        stages.live[0].end()
        await _until(lambda: stages.free == 1)
        await _call(client, third)
    assert (stages.accepted, stages.rejected) == (3, 1)


async def test_a_session_has_a_secret_address(client: httpx.AsyncClient, stages: Stages) -> None:
    async with Caller(SILENCE) as caller:
        location = await _call(client, caller)
        secret = location.rsplit("/", 1)[1]
        assert len(secret) >= 32  # of 64 letters: 192 bits
        headers = {"Origin": "https://evil.example"}
        assert (await client.delete(location, headers=headers)).status_code == 403
        assert (await client.delete("/api/sessions/guess")).status_code == 404
        assert stages.find(secret) is stages.live[0]
        for _ in range(2):  # a second DELETE of a session on its way out does no harm
            assert (await client.delete(location)).status_code == 200
        await _until(lambda: not stages.live)
        assert (await client.delete(location)).status_code == 404
    assert sum(stages.ended.values()) == 1


async def test_a_gesture_is_asked_for_by_name(
    client: httpx.AsyncClient, stages: Stages, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with Caller(SILENCE) as caller:
        location = await _call(client, caller)
        (session,) = stages.live
        monkeypatch.setattr(session.stream, "gesture", lambda name: name == "nod")
        assert (await client.post(f"{location}/gestures/nod")).status_code == 202
        unknown = await client.post(f"{location}/gestures/dance")
        assert unknown.status_code == 404
        assert unknown.json()["error"] == "There is no such gesture; this avatar has: none."
        headers = {"Origin": "https://evil.example"}
        foreign = await client.post(f"{location}/gestures/nod", headers=headers)
        assert foreign.status_code == 403
        assert (await client.get(f"{location}/gestures/nod")).status_code == 405
    assert (await client.post("/api/sessions/guess/gestures/nod")).status_code == 404


async def test_a_shutdown_ends_every_session_and_admits_no_more(
    client: httpx.AsyncClient, stages: Stages
) -> None:
    async with Caller(SILENCE) as first, Caller(SILENCE) as second, Caller(SILENCE) as late:
        await _call(client, first)
        await _call(client, second)
        await _until(lambda: stages.live[0].is_live)
        await stages.close()
        assert (stages.live, stages.free) == ([], 0)
        assert sum(stages.ended.values()) == 2
        answer = await client.post("/api/talk/lamp", content=await late.offer(), headers=SDP)
        assert answer.status_code == 503
        assert "shutting down" in answer.json()["error"]


async def test_one_sessions_fault_is_not_anothers(
    client: httpx.AsyncClient, stages: Stages, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, begun = AvatarStream.run, []

    async def fail_first(self: AvatarStream) -> None:
        begun.append(self)
        if len(begun) == 1:
            raise RuntimeError("a fault")
        await run(self)

    monkeypatch.setattr(AvatarStream, "run", fail_first)
    async with Caller(SILENCE) as first, Caller(SILENCE) as second:
        await _call(client, first)
        await _call(client, second)
        await _until(lambda: len(begun) == 2 and begun[1].counters.released > 5)
        await _until(lambda: len(stages.live) == 1)
        assert stages.live[0].stream is begun[1]
    assert stages.ended["stream failed"] == 1


async def test_many_calls_leave_nothing(client: httpx.AsyncClient, stages: Stages) -> None:
    """The leak watch of every test counts the tasks and threads that these leave."""
    for _ in range(5):
        async with Caller(SILENCE) as caller:
            location = await _call(client, caller)
            await client.delete(location)
            await _until(lambda: not stages.live)
    assert stages.accepted == sum(stages.ended.values()) == 5


async def test_a_caller_may_ask_for_the_person_with_a_matte(client: httpx.AsyncClient) -> None:
    async with Caller(SILENCE) as caller:
        offer = await caller.offer()
        answer = await client.post("/api/talk/lamp?alpha=stacked", content=offer, headers=SDP)
        await caller.accept(answer.text)
        await _until(lambda: caller.picture.size == (240, 480))


@pytest.mark.parametrize("path", ["/api/talk/lamp", "/whep/main"])
@pytest.mark.parametrize(("wish", "told"), [("alpha=beside", "stacked"), ("reports=some", "off")])
async def test_a_wish_that_nobody_knows_is_refused_with_what_there_is(
    client: httpx.AsyncClient, path: str, wish: str, told: str
) -> None:
    async with Caller(SILENCE) as caller:
        offer = await caller.offer()
        answer = await client.post(f"{path}?{wish}", content=offer, headers=SDP)
        assert (answer.status_code, told in answer.text) == (400, True)


async def test_a_broken_line_is_taken_up_again_where_it_was(
    client: httpx.AsyncClient, stages: Stages
) -> None:
    async with Caller(SILENCE) as first, Caller(SILENCE) as second:
        location = await _call(client, first)
        (stage,) = stages.live
        await _until(lambda: stage.stream.counters.released > 5)
        before = stage.stream.counters.released
        answer = await client.post(location, content=await second.offer(), headers=SDP)
        assert (answer.status_code, answer.headers["location"]) == (201, location)
        await second.accept(answer.text)
        await _until(lambda: first.peer.connectionState == "closed")  # the newest wins
        await _until(lambda: len(second.picture.marks) > 3)
        assert stages.live == [stage]
        assert stage.stream.counters.released > before
        assert stages.accepted == 1
        assert (await client.delete(location)).status_code == 200
        await _until(lambda: not stages.live)
        assert (await client.post(location, content="v=0", headers=SDP)).status_code == 404


async def test_a_wrong_certificate_brings_no_media(
    client: httpx.AsyncClient, stages: Stages, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever intercepts the media has another certificate than the one that was signalled."""
    monkeypatch.setattr(visit_module, "CONNECT_TIMEOUT_S", 2.0)

    def other(line: str) -> str:
        return "a=fingerprint:sha-256 " + ":".join(["AB"] * 32) if "a=fingerprint" in line else line

    async with Caller(SILENCE) as caller:
        offer = "\r\n".join(map(other, (await caller.offer()).split("\r\n")))
        answer = await client.post("/api/talk/lamp", content=offer, headers=SDP)
        assert answer.status_code == 201
        await caller.accept(answer.text)
        await _until(lambda: not stages.live)
        assert not caller.picture.marks
    assert stages.past_frames.released == 0


async def test_a_caller_who_vanishes_is_missed(
    client: httpx.AsyncClient, stages: Stages, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(aioice.ice, "CONSENT_INTERVAL", 0.1)
    monkeypatch.setattr(aioice.ice, "CONSENT_FAILURES", 2)
    monkeypatch.setattr(stage_module, "LINGER_S", 0.1)
    async with Caller(SILENCE) as caller:
        await _call(client, caller)
        await _until(lambda: stages.live[0].is_live)
        for transceiver in caller.peer.getTransceivers():
            connection = transceiver.receiver.transport.transport._connection
            for protocol in connection._protocols:
                protocol.transport.abort()
        await _until(lambda: not stages.live)
    assert stages.ended == {"peer left": 1}
