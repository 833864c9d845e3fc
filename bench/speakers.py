"""Who speaks into the streams: a process of its own with its own clock, by UDP, as callers do.

What a late server has not yet read waits in its sockets, and no speaker waits for the server.
"""

import asyncio
import itertools
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache
from typing import Self

import numpy as np
from numpy.typing import NDArray

from bench.wav import speech
from visavis.core.timeline import OUTPUT_RATE, PTIME_SAMPLES

Float32 = NDArray[np.float32]
_VOICE_S = 30.0  # then it is said again
_MARK = 0.001  # peak of the noise beneath a voice, −60 dBFS: no ear and no gate minds it
_TURN = 31_013  # samples by which each voice is ahead of the one before
_PTIME_S = PTIME_SAMPLES / OUTPUT_RATE
_BUFFER_BYTES = 1 << 20
_HEAD = np.dtype([("at", "<i8"), ("due_s", "<f8"), ("sent_s", "<f8")])


@lru_cache(maxsize=1)
def _spoken() -> Float32:
    return speech(_VOICE_S)


def voice_of(number: int) -> Float32:
    """What speaker `number` says over and over [n], 48 kHz. Beneath it lies a noise of his own, so
    that every moment of it, pauses too, can be told from every other."""
    noise = np.random.default_rng(number).uniform(-_MARK, _MARK, len(_spoken()))
    voice: Float32 = np.roll(_spoken(), _TURN * number) + noise.astype(np.float32)
    return voice


class Ear(asyncio.DatagramProtocol):
    """The socket of one stream."""

    def __init__(self, hear: Callable[[Float32, int], None]) -> None:
        """`hear` is given each piece of sound and its place on the speaker's timeline."""
        self.begun_s: float | None = None  # when the speaker said his first sample, monotonic
        self.speaker_late_s = 0.0  # by which a piece was sent too late, at most
        self._hear = hear

    def datagram_received(self, data: bytes, address: object) -> None:
        """See `asyncio.DatagramProtocol`."""
        (head,) = np.frombuffer(data, _HEAD, 1)
        at = int(head["at"])
        self.begun_s = head["due_s"] - (at + PTIME_SAMPLES) / OUTPUT_RATE
        self.speaker_late_s = max(self.speaker_late_s, head["sent_s"] - head["due_s"])
        self._hear(np.frombuffer(data, np.float32, offset=_HEAD.itemsize), at)


class Speakers:
    """The process, and the sockets that it speaks to."""

    def __init__(self, count: int, silent: bool) -> None:
        self.sockets = [_bound() for _ in range(count)]
        ports = [str(sock.getsockname()[1]) for sock in self.sockets]
        command = [sys.executable, "-m", "bench.speakers", "silent" if silent else "loud", *ports]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0
        )

    def __enter__(self) -> Self:
        assert self._process.stdout is not None
        if self._process.stdout.readline() != b"ready\n":
            raise RuntimeError("the speakers did not come")
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()
        for sock in self.sockets:
            sock.close()

    def begin(self) -> None:
        """Let all of them speak."""
        assert self._process.stdin is not None
        self._process.stdin.write(b"go\n")


def _bound() -> socket.socket:
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER_BYTES)
    sock.setblocking(False)
    sock.bind(("127.0.0.1", 0))
    return sock


def _speak(ports: list[int], silent: bool) -> None:
    """20 ms of sound every 20 ms to each port, one after the other, for ever."""
    with suppress(OSError, AttributeError):  # callers have processors of their own
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
    whole = round(_VOICE_S * OUTPUT_RATE)
    voices = [
        np.zeros(whole, np.float32) if silent else voice_of(number) for number in range(len(ports))
    ]
    out = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    print("ready", flush=True)
    sys.stdin.readline()
    start_s, head = time.monotonic(), np.zeros(1, _HEAD)
    for piece in itertools.count():
        at = piece * PTIME_SAMPLES
        for number, (port, voice) in enumerate(zip(ports, voices, strict=True)):
            due_s = start_s + (piece + 1 + number / len(ports)) * _PTIME_S
            time.sleep(max(0.0, due_s - time.monotonic()))
            place = at % whole
            head[0] = at, due_s, time.monotonic()
            data = head.tobytes() + voice[place : place + PTIME_SAMPLES].tobytes()
            with suppress(ConnectionRefusedError):  # he has left
                out.sendto(data, ("127.0.0.1", port))


if __name__ == "__main__":
    _speak([int(port) for port in sys.argv[2:]], silent=sys.argv[1] == "silent")
