"""Recording a live stream: all of it, or an error at the end; the tick never waits."""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from visavis.core.compositor import new_frame
from visavis.errors import MediaError
from visavis.media import recorder as module
from visavis.media.mp4 import Mp4Writer
from visavis.media.recorder import Recorder

Frame = NDArray[np.uint8]
Record = Callable[[Path], Recorder]
GREY = new_frame(64, 64)
GREY[:] = 128
SOUND = np.zeros(1920, np.float32)
MARGIN_S = 30


@pytest.fixture
def failures() -> threading.Semaphore:
    """Counts the failures that recorders tell of."""
    return threading.Semaphore(0)


@pytest.fixture
def record(failures: threading.Semaphore) -> Iterator[Record]:
    """Makes recorders, and ends those that a failing test leaves."""
    with ExitStack() as stack:

        def make(path: Path) -> Recorder:
            recorder = Recorder(path, 64, 64, failures.release)
            stack.enter_context(suppress(MediaError))
            stack.callback(recorder.close)
            return recorder

        yield make


def test_what_was_released_is_in_the_film(tmp_path: Path, record: Record) -> None:
    recorder = record(tmp_path / "a.mp4")
    for tick in range(40):
        recorder.release(tick, GREY, SOUND)
    recorder.close()
    assert recorder.dropped == 0
    with av.open(str(tmp_path / "a.mp4")) as container:
        assert container.streams.video[0].frames == 40
        assert sum(f.samples for f in container.decode(audio=0)) >= 40 * 1920
    assert [path.name for path in tmp_path.iterdir()] == ["a.mp4"]


def test_a_slow_disk_costs_releases_not_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, record: Record
) -> None:
    monkeypatch.setattr(module, "_WAITING", 5)
    go, busy = threading.Event(), threading.Event()
    write = Mp4Writer.write_frame

    def slow(self: Mp4Writer, frame: Frame) -> None:
        busy.set()
        assert go.wait(MARGIN_S)
        write(self, frame)

    monkeypatch.setattr(Mp4Writer, "write_frame", slow)
    recorder = record(tmp_path / "a.mp4")
    recorder.release(0, GREY, SOUND)
    assert busy.wait(MARGIN_S)
    for tick in range(1, 20):
        recorder.release(tick, GREY, SOUND)
    assert recorder.dropped == 14
    go.set()
    recorder.close()
    with av.open(str(tmp_path / "a.mp4")) as container:
        assert container.streams.video[0].frames == 6


@pytest.mark.parametrize("method", ["write_frame", "write_sound", "finish"])
def test_a_failure_is_told_at_the_end_and_leaves_nothing(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    record: Record,
    failures: threading.Semaphore,
    method: str,
) -> None:
    def fail(*_: object) -> None:
        raise MediaError("The disk is full.")

    monkeypatch.setattr(Mp4Writer, method, fail)
    recorder = record(tmp_path / "a.mp4")
    for tick in range(300):  # more than the queue holds
        recorder.release(tick, GREY, SOUND)
    with pytest.raises(MediaError, match="The recording failed: The disk is full"):
        recorder.close()
    assert failures.acquire(blocking=False)
    assert not list(tmp_path.iterdir())


def test_a_place_that_cannot_be_written_is_told_at_once(tmp_path: Path) -> None:
    before = threading.active_count()
    with pytest.raises(MediaError, match="cannot be written"):
        Recorder(tmp_path / "no" / "a.mp4", 64, 64, list)
    assert threading.active_count() == before
