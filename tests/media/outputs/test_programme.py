"""One encoder for many sinks; the stream never waits for any of them."""

import threading
from collections.abc import Iterator
from itertools import pairwise

import pytest
from tests.media.outputs.lamplight import SIDE, Collector, picture, play, sound

from visavis.media.outputs import programme as module
from visavis.media.outputs.encoder import FilmEncoder
from visavis.media.outputs.programme import Programme

MARGIN_S = 30


@pytest.fixture
def programme() -> Iterator[Programme]:
    programme = Programme(SIDE, SIDE)
    yield programme
    programme.close()


def _collected(sink: object) -> Collector:
    assert isinstance(sink, Collector)
    return sink


def test_all_get_the_same_and_who_comes_late_begins_with_a_keyframe(programme: Programme) -> None:
    first = _collected(programme.add(Collector))
    play(programme, *range(20))
    while not any(c.video and c.pts == 19 for c in first.coded):
        pass
    second = _collected(programme.add(Collector))
    play(programme, *range(20, 30))
    programme.close()
    assert [c.pts for c in first.coded if c.video] == list(range(30))
    assert [c.pts for c in second.coded if c.video] == list(range(20, 30))
    assert second.coded[0].keyframe
    common = [c for c in first.coded if c in second.coded]
    assert common == second.coded


def test_a_hole_is_filled_with_silence(programme: Programme) -> None:
    sink = _collected(programme.add(Collector))
    play(programme, 0, 1, 2, 10, 11)
    programme.close()
    assert [c.pts for c in sink.coded if c.video] == [0, 1, 2, 10, 11]
    sounds = [c.pts for c in sink.coded if not c.video]
    assert {b - a for a, b in pairwise(sounds)} == {1024}
    assert sounds[-1] >= 10 * 1920


def test_sound_without_a_picture_is_no_hole(programme: Programme) -> None:
    sink = _collected(programme.add(Collector))
    for tick in range(12):
        programme.release(tick, None if 3 <= tick < 10 else picture(tick), sound(tick))
    programme.close()
    assert [c.pts for c in sink.coded if c.video] == [0, 1, 2, 10, 11]
    sounds = [c.pts for c in sink.coded if not c.video]
    assert {b - a for a, b in pairwise(sounds)} == {1024}
    assert programme.dropped == 0


def test_who_is_removed_gets_no_more(programme: Programme) -> None:
    sink = _collected(programme.add(Collector))
    programme.remove(sink)
    play(programme, 0, 1)
    programme.close()
    assert sink.coded == []
    sink.close()


def test_a_busy_encoder_costs_releases_not_time(
    programme: Programme, monkeypatch: pytest.MonkeyPatch
) -> None:
    go, busy = threading.Event(), threading.Event()
    encode = FilmEncoder.picture

    def slow(*arguments: object) -> object:
        busy.set()
        assert go.wait(MARGIN_S)
        return encode(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(FilmEncoder, "picture", slow)
    sink = _collected(programme.add(Collector))
    programme.release(0, picture(0), sound(0))
    assert busy.wait(MARGIN_S)
    for tick in range(1, module._WAITING + 6):
        programme.release(tick, picture(tick), sound(tick))
    assert programme.dropped == 5
    go.set()
    programme.close()
    assert len([c for c in sink.coded if c.video]) == module._WAITING + 1


def test_an_encoder_that_fails_ends_the_outputs_not_the_stream(
    programme: Programme, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(FilmEncoder, "picture", fail)
    sink = programme.add(Collector)
    for tick in range(3 * module._WAITING):
        programme.release(tick, picture(tick), sound(tick))
    programme.close()
    assert isinstance(programme.failure, MemoryError)
    assert (sink.done, sink.reason) == (True, "the encoder failed")


def test_the_frame_may_change_once_it_is_released(programme: Programme) -> None:
    sink = _collected(programme.add(Collector))
    frame = picture(0)
    for tick in range(4):
        programme.release(tick, frame, sound(tick))
        frame[:] = 200
    programme.close()
    sizes = [len(c.data) for c in sink.coded if c.video]
    assert sizes[2] < sizes[1]  # 0: grey; 1: a change; 2 and 3: nothing new
