"""A playlist and a window of segments, and nothing else in the folder."""

from pathlib import Path

import pytest
from tests.media.outputs.lamplight import SIDE, play

from visavis.media.outputs.coded import Streams
from visavis.media.outputs.encoder import KEYFRAME_FRAMES
from visavis.media.outputs.hls import IDLE_S, PLAYLIST, SEGMENTS, HlsFolder
from visavis.media.outputs.programme import Programme


@pytest.fixture
def programme() -> Programme:
    return Programme(SIDE, SIDE)


class Clock:
    now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


def _begin(programme: Programme, folder: Path, clock: Clock) -> HlsFolder:
    def make(streams: Streams) -> HlsFolder:
        return HlsFolder(folder, streams, clock=clock)

    sink = programme.add(make)
    assert isinstance(sink, HlsFolder)
    return sink


def test_the_window_moves_and_old_segments_go(programme: Programme, tmp_path: Path) -> None:
    hls = _begin(programme, tmp_path, Clock())
    play(programme, *range(KEYFRAME_FRAMES * (SEGMENTS + 5)))
    programme.close()
    assert hls.reason == ""
    playlist = (tmp_path / PLAYLIST).read_text()
    segments = [line for line in playlist.splitlines() if line.endswith(".m4s")]
    assert len(segments) == SEGMENTS
    assert "#EXT-X-MEDIA-SEQUENCE:5" in playlist
    assert playlist.count("#EXTINF:1.000000,") == SEGMENTS
    assert "#EXT-X-INDEPENDENT-SEGMENTS" in playlist
    there = {path.name for path in tmp_path.iterdir()}
    assert set(segments) | {PLAYLIST, "init.mp4"} <= there
    assert len(there) <= SEGMENTS + 4


def test_only_its_own_files_are_given(programme: Programme, tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("")
    hls = _begin(programme, tmp_path, Clock())
    play(programme, *range(120))
    programme.close()
    for name in (PLAYLIST, "init.mp4", "00000000.m4s"):
        path = hls.file(name)
        assert path is not None
        assert path.parent == tmp_path
    for name in (
        "secret.txt",
        "../secret.txt",
        "99999999.m4s",
        "index.m3u8.tmp",
        "",
        "00000000.m4s\n",
    ):
        assert hls.file(name) is None


def test_it_ends_when_nobody_watches(programme: Programme, tmp_path: Path) -> None:
    clock = Clock()
    hls = _begin(programme, tmp_path, clock)
    play(programme, *range(60))
    clock.now_s += IDLE_S - 1
    hls.file(PLAYLIST)
    clock.now_s += IDLE_S - 1
    play(programme, *range(60, 120))
    assert not hls.done
    clock.now_s += 2
    play(programme, *range(120, 130))
    hls._thread.join(30)
    assert (hls.done, hls.reason) == (True, "")
    programme.close()
