"""How fast the doors are and what they leave behind: burst, interrupt, a thousand callers.

`python -m bench.live_protocols` prints a table and merges its figures into bench/results/live.json.
A server process of its own is measured over loopback, so each time includes one WebSocket message.
"""

import argparse
import asyncio
import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import numpy as np
from websockets.asyncio.client import ClientConnection, connect

from bench.browser import RunningServer, running_server
from bench.merge import LIVE, merge, show
from bench.soak import rss_mb
from bench.wav import speech
from visavis.core.pcm import resample
from visavis.studio.lamp import build_lamp

Figures = dict[str, object]
RATE = 24_000
TRIALS = 40
_ROUND = 250  # callers from one look to the next; every third vanishes
_WARM_UP = 100  # callers before the first look
_GONE_S = 90.0  # consent of the vanished runs out after ten, their stages linger for ten
_SETTLE_S = 7.0  # then freed memory goes back
_LIMITS = ("--max-sessions", "64", "--sessions", "1", "--call-rate", "500")


async def _event(socket: ClientConnection, *kinds: str) -> dict[str, Any]:
    while True:
        event: dict[str, Any] = json.loads(await socket.recv())
        if event["type"] in kinds:
            return event


async def _talk(url: str, trials: int) -> tuple[list[float], list[float]]:
    """Milliseconds from a burst to the first talking frame, and from an interrupt to the closed
    mouth, the sound being gone by then."""
    spoken = resample(speech(3.0).astype(np.float32), 48_000, RATE)
    voiced = int(np.argmax(np.abs(spoken) > 0.05))  # the burst begins with a voice
    burst = (spoken[voiced:] * 32_767).astype("<i2").tobytes()
    begun, ended = [], []
    async with connect(f"{url.replace('http', 'ws')}/ws/bench", proxy=None) as socket:
        await socket.send(json.dumps({"type": "start", "version": 1, "rate": RATE}))
        await _event(socket, "ready")
        await asyncio.sleep(2)  # the stream fills its look-ahead
        for _ in range(trials):
            sent = time.perf_counter()
            await socket.send(burst)
            await _event(socket, "speaking")
            begun.append(1000 * (time.perf_counter() - sent))
            await asyncio.sleep(0.6 + random.random() * 0.04)  # noqa: S311  # any phase of a tick
            sent = time.perf_counter()
            await socket.send('{"type": "interrupt"}')
            await _event(socket, "idle")
            ended.append(1000 * (time.perf_counter() - sent))
            await asyncio.sleep(0.4 + random.random() * 0.04)  # noqa: S311
    return begun, ended


def doors(trials: int) -> Figures:
    """Burst and interrupt, with nova and the latency that is the default."""
    with running_server("--avatar", "nova", "--max-sessions", "2") as server:
        begun, ended = asyncio.run(_talk(server.url, trials))
    return {
        "pcm_first_frame_ms": float(np.median(begun)),
        "pcm_first_frame_p95_ms": float(np.percentile(begun, 95)),
        "interrupt_p50_ms": float(np.median(ended)),
        "interrupt_p95_ms": float(np.percentile(ended, 95)),
    }


@dataclass(frozen=True)
class _Look:
    """What a server process holds."""

    rss_mb: float
    fds: int
    threads: int
    tasks: int


def _metric(server: RunningServer, name: str) -> int:
    lines = httpx.get(f"{server.url}/metrics").text.splitlines()
    (line,) = (line for line in lines if line.startswith(f"{name} "))
    return int(float(line.split()[1]))


def _look(server: RunningServer) -> _Look:
    """Look when every stage has ended. Raises `RuntimeError` if one does not."""
    until = time.monotonic() + _GONE_S
    while _metric(server, "visavis_sessions"):
        if time.monotonic() > until:
            raise RuntimeError("a stage stays, though nobody is there")
        time.sleep(0.5)
    time.sleep(_SETTLE_S)
    proc = Path(f"/proc/{server.process.pid}")
    return _Look(
        rss_mb=rss_mb(server.process.pid),
        fds=len(list((proc / "fd").iterdir())),
        threads=len(list((proc / "task").iterdir())),
        tasks=_metric(server, "visavis_tasks"),
    )


def _call(url: str, count: int) -> int:
    """How many callers got no picture."""
    command = [sys.executable, "-m", "bench.callers", url, str(count)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            return int(process.stdout.readline())
        finally:
            process.kill()


def crowd(callers: int) -> Figures:
    """Callers and viewers who come and go; every third vanishes without a word.

    After a warm-up, and after each round of callers, a look at the server tells what they have left
    behind when the last stage has ended. `rss_mb_per_100` is the slope of a straight line through
    the looks of the second half, `rss_mb_per_100_whole` that through all of them.
    """
    rounds = -(-callers // _ROUND)
    failed, looks = 0, []
    with tempfile.TemporaryDirectory() as folder:
        lamp = build_lamp(Path(folder)).parent
        with running_server("--avatar", "lamp", *_LIMITS, avatars=lamp) as server:
            for number in range(1 + rounds):
                failed += _call(server.url, _ROUND if number else _WARM_UP)
                looks.append(_look(server))
                print(f"{number * _ROUND:5} callers  {failed} failed  {looks[-1]}", flush=True)
    before, after = looks[0], looks[-1]
    rss = [look.rss_mb for look in looks]
    return {
        "callers": rounds * _ROUND,
        "callers_failed": failed,
        "rss_mb_per_100": _slope(rss[len(rss) // 2 :]),
        "rss_mb_per_100_whole": _slope(rss),
        "rss_mb_begin": before.rss_mb,
        "rss_mb_end": after.rss_mb,
        "leaked_tasks": after.tasks - before.tasks,
        "leaked_fds": after.fds - before.fds,
        "leaked_threads": after.threads - before.threads,
    }


def _slope(rss_mb: Sequence[float]) -> float:
    """Megabytes that each hundred callers add; there is one value for each round."""
    if len(rss_mb) < 2:
        return float("nan")
    return 100 / _ROUND * float(np.polyfit(np.arange(len(rss_mb)), rss_mb, 1)[0])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--callers", type=int, default=1000)
    parser.add_argument("--trials", type=int, default=TRIALS)
    parser.add_argument("--only", choices=("doors", "crowd"))
    arguments = parser.parse_args()
    figures: Figures = {}
    if arguments.only != "crowd":
        figures |= doors(arguments.trials)
    if arguments.only != "doors":
        figures |= crowd(arguments.callers)
    merge(LIVE, figures)
    show(figures)


if __name__ == "__main__":
    main()
