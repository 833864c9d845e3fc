"""A recording is a film at every moment: while it runs, when it is killed, on a full disk."""

import subprocess
import sys
from pathlib import Path

import av
import pytest
from tests.media.outputs.lamplight import PERIOD, SIDE, flashes_s, frames, play, tones_s

from visavis.errors import MediaError
from visavis.media.outputs.coded import Packer
from visavis.media.outputs.guarded import GuardedFile
from visavis.media.outputs.programme import Programme
from visavis.media.outputs.recording import Recording
from visavis.media.outputs.sink import Sink

AAC_FRAME_S = 1024 / 48_000


def _record(path: Path, *ticks: int) -> Sink:
    programme = Programme(SIDE, SIDE)
    try:
        recording = programme.add(lambda streams: Recording(path, streams))
        play(programme, *ticks)
    finally:
        programme.close()
    return recording


def _require_in_step(path: Path, count: int) -> None:
    flashes, tones = flashes_s(path), tones_s(path)
    assert flashes == pytest.approx([k * PERIOD / 25 for k in range(count)])
    assert tones == pytest.approx(flashes, abs=AAC_FRAME_S)


def test_a_finished_recording_is_a_plain_film(tmp_path: Path) -> None:
    recording = _record(tmp_path / "a.mp4", *range(1000, 1000 + 4 * PERIOD))
    assert recording.reason == ""
    with av.open(str(tmp_path / "a.mp4")) as film:
        assert film.streams.video[0].frames == 4 * PERIOD
        assert film.duration == pytest.approx(4 * PERIOD / 25 * 1e6, abs=50_000)
        context = film.streams.video[0].codec_context
        assert (context.name, context.colorspace, context.color_range) == ("h264", 6, 1)
    assert (tmp_path / "a.mp4").read_bytes()[4:8] == b"ftyp"
    _require_in_step(tmp_path / "a.mp4", 4)


def test_a_hole_in_the_stream_moves_nothing(tmp_path: Path) -> None:
    _record(tmp_path / "a.mp4", *range(8, 17), *range(30, 3 * PERIOD + 10))
    assert tones_s(tmp_path / "a.mp4") == pytest.approx(flashes_s(tmp_path / "a.mp4"), abs=0.03)
    assert flashes_s(tmp_path / "a.mp4") == pytest.approx(
        [(2 * PERIOD - 8) / 25, (3 * PERIOD - 8) / 25]
    )


def test_killed_it_has_lost_less_than_a_second(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    command = [sys.executable, "-m", "tests.media.outputs.endless", str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        released = next(int(line) for line in process.stdout if int(line) >= 60)
        process.kill()
    kept = frames(path)
    assert released - 25 <= kept <= released + 1
    _require_in_step(path, -(-kept // PERIOD))


def test_on_a_full_disk_it_stops_and_can_be_played(tmp_path: Path) -> None:
    path, largest = tmp_path / "a.mp4", 60_000
    command = [sys.executable, "-m", "tests.media.outputs.endless", str(path), str(largest)]
    result = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    *ticks, reason = result.stdout.splitlines()
    assert reason == f"{path} cannot be written: File too large"
    assert path.stat().st_size <= largest
    kept = frames(path)
    assert kept >= 25
    assert kept > len(ticks) - 100
    assert tones_s(path) == pytest.approx(flashes_s(path), abs=AAC_FRAME_S)


def test_a_disk_that_is_full_at_the_end_keeps_the_film(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Then what would make a plain film of it cannot be written."""
    finish = Packer.finish

    def fill(packer: Packer) -> None:
        monkeypatch.setattr("os.write", _full)
        finish(packer)

    monkeypatch.setattr(Packer, "finish", fill)
    recording = _record(tmp_path / "a.mp4", *range(3 * PERIOD))
    monkeypatch.undo()
    assert recording.reason.endswith("No space left on device")
    assert frames(tmp_path / "a.mp4") >= 3 * PERIOD - 25


def _full(*_: object) -> int:
    raise OSError(28, "No space left on device")


def test_it_leaves_room_for_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    free = [1 << 40, 1 << 40, 1000]
    monkeypatch.setattr(GuardedFile, "free_bytes", lambda _: free.pop(0) if len(free) > 1 else 1000)
    recording = _record(tmp_path / "a.mp4", *range(3 * PERIOD))
    assert recording.reason == f"less than 256 MB are free beside {tmp_path / 'a.mp4'}"
    assert frames(tmp_path / "a.mp4") > 0


def test_without_room_it_does_not_begin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(GuardedFile, "free_bytes", lambda _: 1000)
    with pytest.raises(MediaError, match="less than 256 MB are free"):
        _record(tmp_path / "a.mp4", 0)
    assert not list(tmp_path.iterdir())


def test_a_place_that_cannot_be_written_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(MediaError, match="cannot be written"):
        _record(tmp_path / "no" / "a.mp4", 0)


def test_nothing_recorded_leaves_nothing(tmp_path: Path) -> None:
    _record(tmp_path / "a.mp4")
    assert not list(tmp_path.iterdir())
