"""Where finished media goes: in order, on another thread, and nothing half-written is left."""

import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray
from tests.conftest import Run

from visavis.core.compositor import new_frame, planes
from visavis.errors import MediaError
from visavis.media.mp4 import Mp4Writer
from visavis.sinks import Places, Sinks

Float32 = NDArray[np.float32]
SIDE = 64


def _grey(level: int) -> NDArray[np.uint8]:
    frame = new_frame(SIDE, SIDE)
    frame[:] = 128
    planes(frame)[0][:] = level
    return frame


def test_frames_are_written_in_order(tmp_path: Path) -> None:
    with Sinks(Places(tmp_path / "a.mp4", tmp_path / "frames"), SIDE, SIDE) as sinks:
        for level in range(40, 200):
            sinks.frame(_grey(level))
            sinks.sound(np.zeros((1920, 2), np.float32))
    with av.open(str(tmp_path / "a.mp4"), "r") as container:
        levels = [int(frame.to_ndarray()[9, 9]) for frame in container.decode(video=0)]
    assert levels == pytest.approx(range(40, 200), abs=2)
    assert len(list((tmp_path / "frames").iterdir())) == 160


@pytest.mark.parametrize("at", [0, 100])
def test_what_the_writer_raises_the_caller_raises(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    left = [at]

    def write(self: Mp4Writer, frame: NDArray[np.uint8]) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise MediaError("The disk is full.")

    monkeypatch.setattr(Mp4Writer, "write_frame", write)
    places = Places(tmp_path / "a.mp4", tmp_path / "frames")

    def write_all() -> None:
        with Sinks(places, SIDE, SIDE) as sinks:
            for _ in range(1000):
                sinks.frame(_grey(99))

    with pytest.raises(MediaError, match="disk is full"):
        write_all()
    assert not list(tmp_path.iterdir())


def test_an_error_of_the_caller_leaves_nothing(tmp_path: Path) -> None:
    def break_off() -> None:
        with Sinks(Places(tmp_path / "a.mp4", tmp_path / "frames"), SIDE, SIDE) as sinks:
            sinks.frame(_grey(99))
            raise KeyError

    with pytest.raises(KeyError):
        break_off()
    assert not list(tmp_path.iterdir())
    assert not [thread for thread in threading.enumerate() if thread.name == "sinks"]


@pytest.mark.parametrize(
    ("extra", "says"),
    [
        (["--output-format", "raw"], "is for --out -"),
        (["--preset", "placebo"], "--preset is one of"),
        (["--input-format", "mp3"], "--input-format"),
    ],
)
def test_options_that_cannot_be_are_told(run: Run, extra: list[str], says: str) -> None:
    status, _, err = run("render", "--audio", "a.wav", "--out", "a.mp4", *extra)
    assert status == 2
    assert says in err


def test_a_pipe_on_both_sides(avatar_folder: Path, make_tone: Callable[..., Float32]) -> None:
    sound = (make_tone(1.0, (0.3, 0.8), rate=16_000) * 30_000).astype("<i2").tobytes()
    command = [sys.executable, "-m", "visavis", "render", "--avatar", "lamp", "--audio", "-"]
    command += ["--input-format", "s16le", "--input-rate", "16000", "--sessions", "1"]
    command += ["--out", "-", "--output-format", "raw"]
    ran = subprocess.run(command, input=sound, capture_output=True, timeout=100, check=False)
    assert ran.returncode == 0, ran.stderr
    frames = np.frombuffer(ran.stdout, np.uint8).reshape(-1, 360, 240)
    assert len(frames) == 25
    lit = [int(frame[120, 120]) > 128 for frame in frames]
    assert lit[10:18] == [True] * 8
    assert not any(lit[:6])
    assert b"25 frames in" in ran.stderr
