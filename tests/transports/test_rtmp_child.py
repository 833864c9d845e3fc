"""The process that speaks RTMP: what it is told, what it tells, and that it does not outlive us."""

import subprocess
import sys
from pathlib import Path

from tests.media.outputs.lamplight import SIDE, flashes_s, picture, sound
from tests.transports.rtmp_server import RtmpListener, free_port

from visavis.media.outputs.coded import Packer, open_container
from visavis.media.outputs.encoder import FilmEncoder
from visavis.transports.rtmp_child import ON_AIR


def _flv(path: Path) -> bytes:
    encoder = FilmEncoder(SIDE, SIDE)
    packer = Packer(open_container(str(path), "flv"), encoder.streams, origin_s=-1.0)
    for index in range(60):
        for coded in (
            *encoder.picture(index, picture(index), keyframe=False),
            *encoder.sound(1920 * index, sound(index)),
        ):
            packer.pack(coded)
    packer.finish()
    return path.read_bytes()


def _push(port: int, flv: bytes) -> "subprocess.CompletedProcess[bytes]":
    told = f"rtmp://127.0.0.1:{port}/live/key\n".encode() + flv
    command = [sys.executable, "-m", "visavis.transports.rtmp_child"]
    return subprocess.run(command, input=told, capture_output=True, timeout=60, check=False)


def test_an_flv_is_sent_on(tmp_path: Path) -> None:
    flv, port = _flv(tmp_path / "in.flv"), free_port()
    with RtmpListener(port, tmp_path / "out.flv") as server:
        result = _push(port, flv)
        server.await_line("closed")
    assert (result.returncode, result.stdout.decode()) == (0, f"{ON_AIR}\n")
    assert flashes_s(tmp_path / "out.flv")[-2:] == flashes_s(tmp_path / "in.flv")[-2:]


def test_a_failure_is_one_line(tmp_path: Path) -> None:
    result = _push(free_port(), _flv(tmp_path / "in.flv"))
    assert result.returncode == 1
    assert result.stdout.decode().startswith("Connection refused: Cannot open connection")
    assert result.stdout.decode().count("\n") == 1


def test_nothing_to_send_is_a_failure(tmp_path: Path) -> None:
    assert _push(free_port(), b"").returncode == 1
