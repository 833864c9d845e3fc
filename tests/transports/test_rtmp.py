"""A push goes on whatever its server does, and never holds up who feeds it."""

import logging
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.media.outputs.lamplight import PERIOD, SIDE, flashes_s, picture, play, sound, tones_s
from tests.transports.rtmp_server import RtmpListener, free_port

from visavis.core.backoff import Backoff
from visavis.errors import ConfigError
from visavis.media.outputs.coded import Streams
from visavis.media.outputs.programme import Programme
from visavis.transports import rtmp as module
from visavis.transports.rtmp import PushState, RtmpPush, check_rtmp_url

FLV_S = 0.03  # AAC's frame and FLV's milliseconds
FEW = 200  # packets that wait for a connection; far fewer than would be too many


@pytest.fixture
def programme() -> Iterator[Programme]:
    programme = Programme(SIDE, SIDE)
    yield programme
    programme.close()


@pytest.fixture
def port() -> int:
    return free_port()


def _push(programme: Programme, port: int) -> RtmpPush:
    def make(streams: Streams) -> RtmpPush:
        backoff = Backoff(lambda: 0.0, first_s=0.1, most_s=0.2)
        return RtmpPush(f"rtmp://127.0.0.1:{port}/live/key", streams, backoff=backoff)

    push = programme.add(make)
    assert isinstance(push, RtmpPush)
    return push


def _play_until(programme: Programme, tick: int, done: Callable[[], bool]) -> int:
    """Play from `tick` on, faster than life, but wait with who is slow to connect; return the tick
    that comes next."""
    while not done():
        if all(sink._waiting.qsize() < FEW for sink in programme.sinks):
            play(programme, tick)
            tick += 1
        time.sleep(0.01)
    return tick


def test_what_is_sent_arrives_in_step(programme: Programme, port: int, tmp_path: Path) -> None:
    with RtmpListener(port, tmp_path / "a.flv") as server:
        push = _push(programme, port)
        tick = _play_until(programme, 0, lambda: push.state is PushState.ON_AIR)
        play(programme, *range(tick, (tick // PERIOD + 5) * PERIOD))
        programme.close()
        server.await_line("closed")
    assert (push.connections, push.dropped, push.reason) == (1, 0, "")
    flashes, tones = flashes_s(tmp_path / "a.flv"), tones_s(tmp_path / "a.flv")
    assert [round(25 * time) % PERIOD for time in flashes[-3:]] == [0, 0, 0]
    assert tones[-3:] == pytest.approx(flashes[-3:], abs=FLV_S)


def test_after_the_server_was_killed_it_goes_on_where_the_stream_is(
    programme: Programme, port: int, tmp_path: Path
) -> None:
    with RtmpListener(port, tmp_path / "a.flv") as server:
        push = _push(programme, port)
        tick = _play_until(programme, 0, lambda: push.state is PushState.ON_AIR)
        server.kill()
    tick = _play_until(programme, tick, lambda: push.state is not PushState.ON_AIR)
    with RtmpListener(port, tmp_path / "b.flv") as server:
        tick = _play_until(programme, tick, lambda: push.connections == 2)
        begun = (tick // PERIOD + 1) * PERIOD
        play(programme, *range(tick, begun + 3 * PERIOD))
        programme.close()
        server.await_line("closed")
    flashes, tones = flashes_s(tmp_path / "b.flv"), tones_s(tmp_path / "b.flv")
    assert [round(25 * time) % PERIOD for time in flashes[-3:]] == [0, 0, 0]
    assert begun / 25 <= flashes[-1] <= (begun + 3 * PERIOD) / 25
    assert tones[-3:] == pytest.approx(flashes[-3:], abs=FLV_S)


def test_a_server_that_hangs_holds_up_nobody(
    programme: Programme, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(module, "CONNECT_S", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as hanging, caplog.at_level(logging.WARNING):
        push = _push(programme, hanging.getsockname()[1])
        tick = 0
        while not caplog.records:  # who waited for that server would wait for ever
            programme.release(tick, picture(tick), sound(tick))
            tick += 1
            time.sleep(0.01)
        programme.close()
    assert push.done
    assert "the server hangs; again in" in caplog.text
    assert push.connections == 0


def test_no_server_is_told_without_the_key(
    programme: Programme, port: int, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        push = programme.add(
            lambda streams: RtmpPush(f"rtmp://u:pw@127.0.0.1:{port}/live/hush?a=hush2", streams)
        )
        _play_until(programme, 0, lambda: bool(caplog.records))
        programme.close()
    assert f"RTMP to rtmp://127.0.0.1:{port}/live/…: Connection refused" in caplog.text
    for secret in ("hush", "pw"):
        assert secret not in caplog.text
        assert secret not in push.name


@pytest.mark.parametrize(
    "url",
    ["", "http://a/live/k", "rtmp://", "rtmp://a", "rtmp://a/live", "rtmp://a/live/", "rtmp://a:x/l/k",
     "rtmp:///live/key", "rtmp://a/live/k\nrtmp://b/live/k"],
)  # fmt: skip
def test_a_url_that_cannot_work_is_told(url: str) -> None:
    with pytest.raises(ConfigError, match="--rtmp"):
        check_rtmp_url(url)


def test_a_url_is_shown_without_its_secrets() -> None:
    shown = check_rtmp_url("rtmps://user:pw@live.example:443/app/key/2?token=t")
    assert shown == "rtmps://live.example:443/app/…"
