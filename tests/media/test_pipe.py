"""What goes into a pipe can be read from it, piece by piece; and comes out of one."""

import io
import os
import subprocess
import sys
import wave
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from visavis.core.compositor import new_frame
from visavis.errors import MediaError
from visavis.media.audiofile import AudioFile, RawSound
from visavis.media.pipe import Mp4Pipe, RawPipe

Float32 = NDArray[np.float32]
SIDE = 64


class OneWay(io.RawIOBase):
    """Takes bytes and cannot go back."""

    def __init__(self) -> None:
        self.data = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        piece = bytes(data)  # type: ignore[call-overload]
        self.data += piece
        return len(piece)


class Closed(OneWay):
    """Whoever read has gone."""

    def write(self, data: object) -> int:
        raise BrokenPipeError("Broken pipe")


def _grey() -> NDArray[np.uint8]:
    frame = new_frame(SIDE, SIDE)
    frame[:] = 128
    return frame


def test_a_film_in_fragments_can_be_read(make_tone: Callable[..., Float32]) -> None:
    pipe = OneWay()
    tone = make_tone(4.0, (1.0, 2.0))
    with Mp4Pipe(pipe, SIDE, SIDE) as movie:  # type: ignore[arg-type]
        for tick in range(100):
            movie.write_frame(_grey())
            part = tone[1920 * tick : 1920 * (tick + 1)]
            movie.write_sound(np.stack((part, part), axis=1))
        early = len(pipe.data)
    assert early > 0, "nothing came before the end"
    assert pipe.data.count(b"moof") >= 2
    with av.open(io.BytesIO(bytes(pipe.data)), "r") as container:
        assert len(list(container.decode(video=0))) == 100
    with av.open(io.BytesIO(bytes(pipe.data)), "r") as container:
        heard = sum(frame.samples for frame in container.decode(audio=0)) / 48_000
    assert heard == pytest.approx(4.0, abs=0.05)


def test_bare_frames_are_bare() -> None:
    pipe = OneWay()
    with RawPipe(pipe) as movie:  # type: ignore[arg-type]
        for _ in range(3):
            movie.write_frame(_grey())
            movie.write_sound(np.zeros((1920, 2), np.float32))
    assert bytes(pipe.data) == _grey().tobytes() * 3


def _film_for_nobody() -> None:
    with Mp4Pipe(Closed(), SIDE, SIDE) as movie:  # type: ignore[arg-type]
        for _ in range(200):
            movie.write_frame(_grey())


def _frame_for_nobody() -> None:
    with RawPipe(Closed()) as movie:  # type: ignore[arg-type]
        movie.write_frame(_grey())


@pytest.mark.parametrize("write", [_film_for_nobody, _frame_for_nobody])
def test_a_reader_who_leaves_is_told_in_one_sentence(write: Callable[[], None]) -> None:
    with pytest.raises(MediaError, match="Standard output cannot be written"):
        write()


def _from_stdin(data: bytes, code: str) -> str:
    """What a fresh Python prints that has `data` on its standard input."""
    begin = "import sys; from visavis.media.audiofile import *\n"
    ran = subprocess.run(
        [sys.executable, "-c", begin + code],
        input=data,
        capture_output=True,
        timeout=60,
        check=False,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )
    return ran.stdout.decode() + ran.stderr.decode()[-300:]


READ = "print(round(sum(len(mono) for _, mono in AudioFile(STDIN{}).chunks()) / 16_000, 2))"


def test_a_container_is_read_from_the_standard_input(
    tmp_path: Path, make_tone: Callable[..., Float32]
) -> None:
    path = tmp_path / "a.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16_000)
        file.writeframes((make_tone(1.5, (0.5, 1.0), rate=16_000) * 30_000).astype("<i2").tobytes())
    assert float(_from_stdin(path.read_bytes(), READ.format(""))) == pytest.approx(1.5, abs=0.02)


def test_samples_without_a_header_are_read(make_tone: Callable[..., Float32]) -> None:
    stereo = np.repeat(make_tone(1.0, (0.2, 0.8), rate=24_000), 2)
    data = (stereo * 30_000).astype("<i2").tobytes()
    read = READ.format(", RawSound(24_000, 2)")
    assert float(_from_stdin(data, read)) == pytest.approx(1.0, abs=0.02)


def test_what_is_no_sound_is_told_in_one_sentence() -> None:
    told = _from_stdin(b"no sound at all\n" * 50, "AudioFile(STDIN)")
    assert "The standard input brings no audio" in told


def test_a_file_of_bare_samples_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.raw"
    path.write_bytes(np.zeros(16_000, "<i2").tobytes())
    with AudioFile(path, RawSound(8_000, 1)) as audio:
        assert sum(len(mono) for _, mono in audio.chunks()) == pytest.approx(32_000, abs=100)
