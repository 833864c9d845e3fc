"""The film that is written: whole, in step, and not there at all when something went wrong."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from visavis.core.compositor import new_frame, planes
from visavis.errors import MediaError
from visavis.media.mp4 import Mp4Writer

Float32 = NDArray[np.float32]
Frame = NDArray[np.uint8]
SIDE = 64
AAC_FRAME_S = 1024 / 48_000


def _grey(level: int) -> Frame:
    frame = new_frame(SIDE, SIDE)
    frame[:] = 128
    planes(frame)[0][:] = level
    return frame


def _write(path: Path, lit: list[bool], sound: Float32) -> None:
    """One frame per entry, with its own 40 ms of sound."""
    with Mp4Writer(path, SIDE, SIDE) as movie:
        for index, on in enumerate(lit):
            movie.write_frame(_grey(220 if on else 30))
            part = sound[1920 * index : 1920 * (index + 1)]
            movie.write_sound(np.stack((part, part), axis=1))


def test_a_flash_and_its_tone_come_back_together(
    tmp_path: Path, make_tone: Callable[..., Float32]
) -> None:
    lit = [20 <= k < 35 for k in range(60)]
    _write(tmp_path / "a.mp4", lit, make_tone(2.4, (0.8, 1.4)))
    with av.open(str(tmp_path / "a.mp4")) as container:
        pictures = [
            (frame.time, int(frame.to_ndarray()[SIDE // 2, SIDE // 2]))
            for frame in container.decode(video=0)
        ]
    with av.open(str(tmp_path / "a.mp4")) as container:
        heard = [(f.time, f.to_ndarray()[0]) for f in container.decode(audio=0)]
    assert [level > 128 for _, level in pictures] == lit
    flash = [time for time, level in pictures if level > 128]
    loud = [
        (time or 0) + float(np.argmax(np.abs(samples) > 0.1)) / 48_000
        for time, samples in heard
        if np.abs(samples).max() > 0.1
    ]
    assert loud[0] == pytest.approx(flash[0], abs=AAC_FRAME_S)
    assert loud[-1] + AAC_FRAME_S == pytest.approx((flash[-1] or 0) + 0.04, abs=2 * AAC_FRAME_S)


def test_the_film_is_what_players_expect(tmp_path: Path) -> None:
    _write(tmp_path / "a.mp4", [True] * 50, np.zeros(96_000, np.float32))
    with av.open(str(tmp_path / "a.mp4")) as container:
        video, audio = container.streams.video[0], container.streams.audio[0]
        assert (video.codec.name, video.width, video.height) == ("h264", SIDE, SIDE)
        assert video.codec_context.pix_fmt == "yuv420p"
        assert (video.codec_context.colorspace, video.codec_context.color_range) == (6, 1)
        assert (video.frames, video.average_rate) == (50, Fraction(25))
        assert (audio.codec.name, audio.rate, audio.channels) == ("aac", 48_000, 2)
        assert video.duration is not None
        assert video.time_base is not None
        assert float(video.duration * video.time_base) == pytest.approx(2.0)


def test_a_silent_film_has_no_sound_track(tmp_path: Path) -> None:
    with Mp4Writer(tmp_path / "a.mp4", SIDE, SIDE, sound=False) as movie:
        movie.write_frame(_grey(30))
        movie.write_sound(np.zeros((1920, 2), np.float32))
    with av.open(str(tmp_path / "a.mp4")) as container:
        assert not container.streams.audio
        assert len(list(container.decode(video=0))) == 1


def test_only_the_finished_film_is_at_its_place(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    path.write_text("an older film")
    with Mp4Writer(path, SIDE, SIDE) as movie:
        movie.write_frame(_grey(30))
        assert path.read_text() == "an older film"
    assert [p.name for p in tmp_path.iterdir()] == ["a.mp4"]
    assert path.read_bytes()[4:8] == b"ftyp"


def test_an_exception_leaves_nothing(tmp_path: Path) -> None:
    movie = Mp4Writer(tmp_path / "a.mp4", SIDE, SIDE)
    movie.write_frame(_grey(30))
    with pytest.raises(KeyError), movie:
        raise KeyError
    assert not list(tmp_path.iterdir())


def _write_frames(movie: Mp4Writer, count: int) -> None:
    for _ in range(count):
        movie.write_frame(_grey(30))


class FullDisk:
    """A container whose writes fail from a moment on, as they do when the disk is full."""

    def __init__(self, container: object, failing: str) -> None:
        self._container = container
        self._failing = failing

    def __getattr__(self, name: str) -> object:
        if name != self._failing:
            return getattr(self._container, name)

        def fail(*_: object) -> None:
            raise OSError(28, "No space left on device")

        return fail


@pytest.mark.parametrize("failing", ["mux", "close"])
def test_a_full_disk_is_told_and_leaves_nothing(tmp_path: Path, failing: str) -> None:
    movie = Mp4Writer(tmp_path / "a.mp4", SIDE, SIDE)
    whole = movie._container
    movie._container = FullDisk(whole, failing)  # type: ignore[assignment]
    with pytest.raises(MediaError, match=r"a\.mp4 cannot be written: .*No space left"), movie:
        _write_frames(movie, 60)
    whole.close()
    assert not list(tmp_path.iterdir())


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for place in (tmp_path / "no" / "a.mp4", tmp_path / "file" / "a.mp4", Path("/proc/a.mp4")):
        with pytest.raises(MediaError, match=r"a\.mp4 cannot be written: .+\.$"):
            Mp4Writer(place, SIDE, SIDE)


@pytest.mark.parametrize("name", [".", "..", "/"])
def test_a_folder_is_no_film(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(MediaError, match="is a folder; name a file"):
        Mp4Writer(Path(name), SIDE, SIDE)


def test_a_name_with_a_colon_is_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with Mp4Writer(Path("take:1.mp4"), SIDE, SIDE) as movie:
        movie.write_frame(_grey(30))
    assert (tmp_path / "take:1.mp4").is_file()
