"""What a sink is given, what it leaves out, and how it ends."""

import threading
from collections.abc import Iterator

import pytest
from tests.media.outputs.lamplight import SIDE, Collector

from visavis.media.outputs import sink as module
from visavis.media.outputs.coded import Coded, Streams
from visavis.media.outputs.encoder import FilmEncoder
from visavis.media.outputs.sink import Sink

MARGIN_S = 30


def _picture(index: int, keyframe: bool = False) -> Coded:
    return Coded(True, b"", index, 1, keyframe)


def _sound(pts: int) -> Coded:
    return Coded(False, b"", pts, 1024, False)


@pytest.fixture(scope="module")
def streams() -> Streams:
    return FilmEncoder(SIDE, SIDE).streams


class Slow(Collector):
    """Waits for permission before each packet."""

    def __init__(self, streams: Streams) -> None:
        super().__init__(streams)
        self.go = threading.Semaphore(0)
        self.waits = threading.Event()

    def _work(self) -> str:
        for coded in self._packets():
            self.waits.set()
            assert self.go.acquire(timeout=MARGIN_S)
            self.coded.append(coded)
        return ""


@pytest.fixture
def slow(streams: Streams) -> Iterator[Slow]:
    sink = Slow(streams)
    sink.start()
    yield sink
    sink.go.release(1000)
    sink.close()


def test_it_begins_with_a_keyframe_and_no_older_sound(streams: Streams) -> None:
    sink = Collector(streams)
    sink.start()
    given = [_picture(9), _sound(18_000), _picture(10, True), _sound(19_000), _sound(19_200)]
    for coded in given:
        sink.put(coded)
    sink.close()
    assert sink.coded == [given[2], given[4]]
    assert (sink.dropped, sink.reason, sink.done) == (0, "", True)


def test_who_falls_behind_goes_on_with_the_next_keyframe(
    slow: Slow, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = threading.Event()
    slow.ask_keyframe = asked.set
    slow._waiting.maxsize = 3
    first = _picture(0, True)
    slow.put(first)
    assert slow.waits.wait(MARGIN_S)
    for index in range(1, 10):
        slow.put(_picture(index))
    assert asked.is_set()
    assert slow.dropped == 4  # three that waited and the one too many; then none is taken
    again = _picture(10, True)
    slow.put(again)
    slow.go.release(1000)
    slow.close()
    assert slow.coded == [first, again]


def test_a_failure_is_told_once_and_takes_no_more(streams: Streams) -> None:
    class Failing(Sink):
        def _work(self) -> str:
            next(self._packets())
            raise OSError("No space left on device")

    ended = threading.Semaphore(0)
    sink = Failing("failing", streams, lambda _: ended.release())
    sink.start()
    sink.put(_picture(0, True))
    assert ended.acquire(timeout=MARGIN_S)
    assert (sink.done, sink.reason) == (True, "No space left on device")
    for index in range(module._WAITING + 10):
        sink.put(_picture(index))
    sink.close()
    sink.close()
    assert not ended.acquire(blocking=False)
    assert sink.dropped == 0


def test_one_that_never_began_can_be_closed(streams: Streams) -> None:
    Collector(streams).close()
