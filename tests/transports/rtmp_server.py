"""RTMP servers for tests: FFmpeg's own listener, and ones that only pretend.

`python -m tests.transports.rtmp_server PORT FILE` takes one connection and writes it to an FLV; it
prints `listening`, `receiving` and `closed`.
"""

import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from types import TracebackType

import av


def free_port() -> int:
    """A port that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class RtmpListener:
    """A real RTMP server in a process of its own, for one connection."""

    def __init__(self, port: int, film: Path) -> None:
        self.film = film
        command = [sys.executable, "-m", "tests.transports.rtmp_server", str(port), str(film)]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.await_line("listening")

    def __enter__(self) -> "RtmpListener":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.kill()

    def await_line(self, wanted: str) -> None:
        """Wait until the server prints it."""
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if line.strip() == wanted:
                return
        raise AssertionError(f"the server has ended before it was {wanted}")

    def kill(self) -> None:
        """End it as the kernel does when memory is short."""
        self._process.kill()
        self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()


def _url(port: str) -> str:
    return f"rtmp://127.0.0.1:{port}/live/key"


def _serve(port: str, film: str) -> None:
    print("listening", flush=True)  # noqa: T201
    with (
        av.open(_url(port), "r", format="flv", options={"listen": "1"}) as source,
        av.open(film, "w", format="flv", container_options={"flush_packets": "1"}) as target,
    ):
        streams = [target.add_stream_from_template(stream) for stream in source.streams]
        print("receiving", flush=True)  # noqa: T201
        with suppress(av.FFmpegError):  # which is how FFmpeg tells of a publisher's goodbye
            for packet in source.demux():
                if packet.dts is not None:
                    packet.stream = streams[packet.stream_index]
                    target.mux(packet)
    print("closed", flush=True)  # noqa: T201


if __name__ == "__main__":
    _serve(*sys.argv[1:])
