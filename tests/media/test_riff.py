"""The length in a WAV header, which FFmpeg does not tell."""

import struct
from pathlib import Path

import pytest

from visavis.media.riff import announced_wav_seconds

FMT = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, 16_000, 32_000, 2, 16)
LIST = b"LIST" + struct.pack("<I", 5) + b"INFOx\0"  # odd, so a byte of padding follows


def _file(path: Path, *chunks: bytes, form: bytes = b"WAVE") -> Path:
    path.write_bytes(b"RIFF" + bytes(4) + form + b"".join(chunks))
    return path


def _data(size: int) -> bytes:
    return b"data" + struct.pack("<I", size)


@pytest.mark.parametrize("between", [b"", LIST, LIST * 3])
def test_the_announced_length_is_found_behind_other_chunks(tmp_path: Path, between: bytes) -> None:
    path = _file(tmp_path / "a.wav", FMT, between, _data(48_000))
    assert announced_wav_seconds(path) == 1.5


@pytest.mark.parametrize(
    "chunks",
    [
        (FMT, _data(0xFFFF_FFFF)),
        (FMT, _data(0x7FFF_FFFF)),
        (FMT, _data(0)),
        (FMT,),
        (_data(100),),
        (FMT, b"dat"),
        (),
    ],
)
def test_what_is_not_announced_is_none(tmp_path: Path, chunks: tuple[bytes, ...]) -> None:
    assert announced_wav_seconds(_file(tmp_path / "a.wav", *chunks)) is None


def test_another_format_announces_nothing(tmp_path: Path) -> None:
    assert announced_wav_seconds(_file(tmp_path / "a.avi", FMT, _data(99), form=b"AVI ")) is None
    (tmp_path / "empty").write_bytes(b"")
    assert announced_wav_seconds(tmp_path / "empty") is None
