"""An agent by WebSocket, over a real socket: what it is told, what it is refused, what survives."""

import asyncio
import json
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from itertools import pairwise
from typing import Any, cast

import httpx
import numpy as np
import pytest
from numpy.typing import NDArray
from tests.transports.conftest import ServerMaker
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from visavis.core.compositor import Frame, planes
from visavis.core.protocol import MAX_AUDIO_BYTES
from visavis.media.stages import Stages
from visavis.transports import agent
from visavis.transports import websocket as door
from visavis.transports.status import status

Float32 = NDArray[np.float32]
RATE = 24_000
START = {"type": "start", "version": 1, "rate": RATE}
TOKEN = "secret"  # noqa: S105


def _to(address: str, path: str = "/ws/news", **more: Any) -> AbstractAsyncContextManager[Any]:
    return connect(f"ws://{address}{path}", proxy=None, **more)


async def _say(socket: ClientConnection, **message: object) -> None:
    await socket.send(json.dumps(message))


async def _hear(socket: ClientConnection, *kinds: str) -> dict[str, Any]:
    """The next event of one of these types; others pass by."""
    while True:
        event = cast("dict[str, Any]", json.loads(await socket.recv()))
        if event["type"] in kinds:
            return event


async def _start(socket: ClientConnection, **more: object) -> dict[str, Any]:
    await _say(socket, **(START | more))
    return await _hear(socket, "ready", "error")


def _pcm(sound: Float32) -> bytes:
    return (sound * 32_767).astype("<i2").tobytes()


async def _until(done: Callable[[], bool]) -> None:
    """Wait for what has no event; pytest's own limit ends the wait."""
    while not done():  # noqa: ASYNC110
        await asyncio.sleep(0.02)


class Sight:
    """An outlet that notes whether the lamp was lit, and how loud it was."""

    def __init__(self) -> None:
        self.lit: list[bool] = []
        self.peaks: list[float] = []

    def release(self, tick: int, frame: Frame | None, sound: Float32) -> None:
        if frame is not None:
            self.lit.append(float(planes(frame)[0][100:140, 100:140].mean()) > 128)
        self.peaks.append(float(np.abs(sound).max()))


async def test_an_utterance_is_spoken_and_told_of(
    serving: ServerMaker, stages: Stages, make_tone: Callable[..., Float32]
) -> None:
    async with serving() as address, _to(address) as socket:
        ready = await _start(socket)
        assert (ready["avatar"], ready["rate"], ready["watch"]) == ("lamp", RATE, "/whep/news")
        assert ready["credit"] == 29 * RATE
        sight = Sight()
        stages.live[0].fanout.add(sight)
        await socket.send(_pcm(make_tone(1.6, (0, 1.6), rate=RATE)))
        await _say(socket, type="end")
        assert (await _hear(socket, "speaking", "finished"))["type"] == "speaking"
        position = await _hear(socket, "position")
        assert position["utterance"] == 1
        assert 0 < position["played_ms"] <= 1600
        finished = await _hear(socket, "finished")
        assert finished["utterance"] == 1
        assert finished["played_ms"] == pytest.approx(1600, abs=2)
        assert not finished["interrupted"]
        await _hear(socket, "idle")
    assert 0 < sum(sight.lit) <= 44
    assert max(sight.peaks) == pytest.approx(0.5, abs=0.02)


async def test_sound_may_be_cut_anywhere(
    serving: ServerMaker, make_tone: Callable[..., Float32]
) -> None:
    """Odd bytes wait for their other half; empty messages are nothing."""
    pcm = _pcm(make_tone(0.4, (0, 0.4), rate=RATE))
    cuts = [0, 1, 1, 2, 777, 5001, 5002, len(pcm)]
    async with serving() as address, _to(address) as socket:
        await _start(socket)
        for begin, end in pairwise(cuts):
            await socket.send(pcm[begin:end])
        await _say(socket, type="end")
        assert (await _hear(socket, "finished"))["played_ms"] == pytest.approx(400, abs=2)


async def test_an_interrupt_ends_every_utterance_once(
    serving: ServerMaker, stages: Stages, make_tone: Callable[..., Float32]
) -> None:
    tone = _pcm(make_tone(5.0, (0, 5.0), rate=RATE))
    async with serving() as address, _to(address) as socket:
        await _start(socket)
        for _ in range(3):
            await socket.send(tone)
            await _say(socket, type="end")
        await _hear(socket, "position")
        await _say(socket, type="interrupt")
        ended = [await _hear(socket, "finished") for _ in range(3)]
        assert [event["utterance"] for event in ended] == [1, 2, 3]
        assert all(event["interrupted"] for event in ended)
        assert 0 < ended[0]["played_ms"] < 5000
        assert [event["played_ms"] for event in ended[1:]] == [0, 0]
        await _hear(socket, "idle")
        sight = Sight()
        stages.live[0].fanout.add(sight)
        await _until(lambda: len(sight.lit) >= 8)
        assert not any(sight.lit)
        assert max(sight.peaks) == 0
        await socket.send(tone[: RATE // 2])
        await _say(socket, type="end")
        event = await _hear(socket, "finished")
        assert (event["utterance"], event["interrupted"]) == (4, False)


async def test_an_interrupt_by_http_is_told_to_the_agent(
    serving: ServerMaker, make_tone: Callable[..., Float32]
) -> None:
    async with serving() as address, _to(address) as socket, httpx.AsyncClient() as client:
        await _start(socket)
        await socket.send(_pcm(make_tone(5.0, (0, 5.0), rate=RATE)))
        await _hear(socket, "position")
        answer = await client.post(f"http://{address}/api/stages/news/interrupt")
        assert answer.status_code == 204
        assert (await _hear(socket, "finished"))["interrupted"]
        assert (await client.post(f"http://{address}/api/stages/x/interrupt")).status_code == 404


async def test_credit_bounds_what_may_be_sent_ahead(
    serving: ServerMaker, stages: Stages, make_tone: Callable[..., Float32]
) -> None:
    second = _pcm(make_tone(1.0, (0, 1.0), rate=RATE))
    async with serving() as address, _to(address) as socket:
        credit = (await _start(socket))["credit"]
        sent = 0
        while credit - sent >= RATE:
            await socket.send(second)
            sent += RATE
        await socket.send(20 * second)
        dropped = await _hear(socket, "dropped")
        assert dropped["samples"] == 20 * RATE
        error = await _hear(socket, "error")
        assert (error["code"], error["field"]) == ("no-credit", "audio")
        assert (await _hear(socket, "credit"))["samples"] >= RATE // 4
        assert stages.live[0].sound.counters.dropped == 0
        await _say(socket, type="interrupt")
        regained = 0
        while regained < 28 * RATE:
            regained += (await _hear(socket, "credit"))["samples"]


async def test_a_caption_is_told_to_those_who_watch_until_the_mouth_rests(
    serving: ServerMaker, stages: Stages, make_tone: Callable[..., Float32]
) -> None:
    async with serving() as address, _to(address) as socket:
        await _start(socket)
        await _say(socket, type="caption", text="Good morning." + "!" * 1000)
        await socket.send(_pcm(make_tone(20.0, (0, 20.0), rate=RATE)))
        await _hear(socket, "speaking")
        caption = str(status(stages.live[0])["caption"])
        assert caption.startswith("Good morning.")
        assert len(caption) == 500
        await _say(socket, type="interrupt")
        await _hear(socket, "idle")
        assert status(stages.live[0])["caption"] == ""


@pytest.mark.parametrize(
    ("text", "code", "field"),
    [
        ('{"type": "caption"}', "missing-field", "text"),
        (r'{"type": "caption", "text": "\ud83d"}', "wrong-type", "text"),
        ("hello", "not-json", None),
        ("[1]", "not-an-object", None),
        ("[" * 5000, "not-json", None),
        ('{"type": NaN}', "not-json", None),
        ("{}", "unknown-type", "type"),
        ('{"type": "dance"}', "unknown-type", "type"),
        ('{"type": "end", "now": true}', "unknown-field", "now"),
        ('{"type": "gesture"}', "missing-field", "name"),
        ('{"type": "gesture", "name": 7}', "wrong-type", "name"),
        ('{"type": "gesture", "name": "dance"}', "unknown-gesture", "name"),
        ('{"type": "end"}', "no-utterance", "type"),
        (json.dumps(START), "already-started", "type"),
        ('{"type": "' + "x" * 20_000 + '"}', "too-large", None),
    ],
)
async def test_a_wrong_message_is_answered_and_survived(
    serving: ServerMaker, text: str, code: str, field: str | None
) -> None:
    async with serving() as address, _to(address) as socket:
        await _start(socket)
        await socket.send(text)
        error = await _hear(socket, "error")
        assert (error["code"], error["field"]) == (code, field)
        assert error["message"].endswith(".")
        await socket.send(b"\0\0" * 10)
        await _say(socket, type="end")
        await _hear(socket, "finished")


@pytest.mark.parametrize(
    ("message", "field"),
    [
        ({"rate": 44_100}, "rate"),
        ({"rate": "24000"}, "rate"),
        ({"rate": True}, "rate"),
        ({"version": 2}, "version"),
        ({"avatar": "nobody"}, "avatar"),
        ({"avatar": "../../etc"}, "avatar"),
        ({"colour": "red"}, "colour"),
    ],
)
async def test_a_wrong_start_can_be_mended(
    serving: ServerMaker, stages: Stages, message: dict[str, object], field: str
) -> None:
    async with serving() as address, _to(address) as socket:
        assert (await _start(socket, **message))["field"] == field
        assert not stages.live
        assert (await _start(socket))["type"] == "ready"


async def test_sound_before_the_start_is_refused(serving: ServerMaker) -> None:
    async with serving() as address, _to(address) as socket:
        await socket.send(b"\0\0")
        assert (await _hear(socket, "error"))["code"] == "not-started"


async def _closed(socket: ClientConnection) -> int:
    try:
        while True:
            await socket.recv()
    except ConnectionClosed as closed:
        assert closed.rcvd  # noqa: PT017
        return closed.rcvd.code


async def test_close_codes_tell_why(
    serving: ServerMaker, stages: Stages, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with serving() as address:
        with monkeypatch.context() as patched:
            patched.setattr(door, "START_TIMEOUT_S", 0.2)
            async with _to(address) as socket:
                assert await _closed(socket) == 1008  # no start
        async with _to(address) as socket:
            await _start(socket)
            await socket.send(bytes(MAX_AUDIO_BYTES + 2))
            assert await _closed(socket) == 1009
        async with _to(address) as socket, _to(address, "/ws/news") as newer:
            await _start(socket)
            await _start(newer)
            assert await _closed(socket) == 1008  # replaced
            stages.live[0].end()
            assert await _closed(newer) == 1001


async def test_a_full_server_says_when_to_come_back(serving: ServerMaker) -> None:
    async with (
        serving() as address,
        _to(address, "/ws/one") as one,
        _to(address, "/ws/two") as two,
        _to(address, "/ws/three") as three,
    ):
        await _start(one)
        await _start(two)
        error = await _start(three)
        assert (error["code"], error["retry_after_s"]) == ("full", 10)
        assert await _closed(three) == 1013


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/ws/news", {"Origin": "https://evil.example"}, 403),
        ("/ws/news", {"Host": "rebound.example"}, 400),
        ("/ws/a.b", {}, 400),
        ("/elsewhere", {}, 404),
    ],
)
async def test_a_wrong_handshake_is_refused(
    serving: ServerMaker, stages: Stages, path: str, headers: dict[str, str], status: int
) -> None:
    async with serving() as address:
        with pytest.raises(InvalidStatus) as caught:
            async with _to(address, path, additional_headers=headers):
                pass
    assert caught.value.response.status_code == status
    assert not stages.live


async def test_the_token_comes_by_header_or_by_message(serving: ServerMaker) -> None:
    async with serving(token=TOKEN) as address:
        with pytest.raises(InvalidStatus) as caught:
            async with _to(address, additional_headers={"Authorization": "Bearer wrong"}):
                pass
        assert caught.value.response.status_code == 401
        bearer = {"Authorization": f"Bearer {TOKEN}"}
        async with _to(address, additional_headers=bearer) as socket:
            assert (await _start(socket))["type"] == "ready"
        async with _to(address) as socket:
            assert (await _start(socket, token=TOKEN))["type"] == "ready"
        for wrong in ({}, {"token": "wrong"}):
            async with _to(address) as socket:
                await _say(socket, **(START | wrong))
                assert await _closed(socket) == 1008


async def test_who_leaves_in_order_is_heard_to_the_end(
    serving: ServerMaker, stages: Stages, make_tone: Callable[..., Float32]
) -> None:
    async with serving() as address:
        async with _to(address) as socket:
            await _start(socket)
            (stage,) = stages.live
            sight = Sight()
            stage.fanout.add(sight)
            await socket.send(_pcm(make_tone(1.0, (0, 1.0), rate=RATE)))
            await _say(socket, type="end")
            await _hear(socket, "speaking")
        await _until(lambda: any(sight.lit) and not sight.lit[-1])
        heard = sum(peak > 0.1 for peak in sight.peaks)
        assert heard + stage.stream.counters.lost >= 24


async def test_who_is_cut_off_falls_silent(
    serving: ServerMaker, stages: Stages, make_tone: Callable[..., Float32]
) -> None:
    async with serving() as address:
        async with _to(address) as socket:
            await _start(socket)
            (stage,) = stages.live
            await socket.send(_pcm(make_tone(20.0, (0, 20.0), rate=RATE)))
            await _hear(socket, "speaking")
            socket.transport.abort()
        await _until(lambda: stage.sound.source is None)
        sight = Sight()
        stage.fanout.add(sight)
        await _until(lambda: len(sight.lit) >= 8)
        assert not any(sight.lit[2:])
        assert not any(sight.peaks[2:])


async def test_messages_are_limited_in_number(
    serving: ServerMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(agent, "_MESSAGES", (20, 0.001))
    async with serving() as address, _to(address) as socket:
        await _start(socket)
        for _ in range(30):
            await _say(socket, type="end")
        codes = [(await _hear(socket, "error"))["code"] for _ in range(30)]
        assert codes == 20 * ["no-utterance"] + 10 * ["too-many"]
        await socket.send(b"\0\0")
