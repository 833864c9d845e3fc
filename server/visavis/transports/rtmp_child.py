"""The process that speaks RTMP: `python -m visavis.transports.rtmp_child`.

It reads the URL as one line, so that no list of processes shows the stream key, then a live FLV,
and sends that on. FFmpeg connects, greets and says goodbye without letting other Python threads
run, hence a process of its own: one that hangs is ended, and the server never notices.
"""

import signal
import sys
from typing import BinaryIO

import av
from av.logging import ERROR, get_last_error, set_level

ON_AIR = "on air"  # told by stdout; anything else is why it failed
_LONGEST_CALL_S = 30  # of FFmpeg; who would end a process whose parent was killed?


class Pipe:
    """A pipe as FFmpeg reads it: what is there at once, not only when a whole buffer is."""

    def __init__(self, pipe: BinaryIO) -> None:
        self._pipe = pipe

    def read(self, size: int) -> bytes:
        return self._pipe.read(size)


def push(url: str, pipe: BinaryIO) -> None:
    """Send the FLV in `pipe` to `url` until it ends. Raises `av.FFmpegError`."""
    _live_on()
    with av.open(Pipe(pipe), "r", format="flv", options={"analyzeduration": "0"}) as source:
        options = {"flvflags": "no_duration_filesize"}
        with av.open(url, "w", format="flv", container_options=options) as target:
            streams = [target.add_stream_from_template(stream) for stream in source.streams]
            target.start_encoding()
            print(ON_AIR, flush=True)  # noqa: T201
            for packet in source.demux():
                if packet.dts is not None:  # it is none at the end
                    packet.stream = streams[packet.stream_index]
                    target.mux(packet)
                _live_on()


def _live_on() -> None:
    """Put off the system's alarm, which ends a process even while FFmpeg holds it up."""
    if hasattr(signal, "alarm"):
        signal.alarm(_LONGEST_CALL_S)


def main() -> None:
    """Entry point. Exits with 1 after a failure, which it tells by stdout."""
    set_level(ERROR)
    raw = open(sys.stdin.fileno(), "rb", buffering=0)  # noqa: SIM115, PTH123
    url = _line(raw)
    try:
        push(url, raw)
    except (BrokenPipeError, ConnectionResetError):
        print("the server closed the connection")  # noqa: T201
        sys.exit(1)
    except (av.FFmpegError, OSError) as error:
        _, last = get_last_error()
        told = last[2].strip() if last else ""
        print(f"{error.strerror or error}: {told}" if told else error.strerror)  # noqa: T201
        sys.exit(1)


def _line(pipe: BinaryIO) -> str:
    """The first line, and not a byte more."""
    line = bytearray()
    while (byte := pipe.read(1)) not in (b"\n", b""):
        line += byte
    return line.decode()


if __name__ == "__main__":
    main()
