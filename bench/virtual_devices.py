"""The virtual camera and microphone side by side: a camera device of our own, a real PulseAudio."""

import asyncio
import os
import subprocess
import tempfile
import threading
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
import pyvirtualcam.camera
from numpy.typing import NDArray

from bench.analysis import LIT, TONE_LEVEL, beeps, pair
from visavis.avatars import load
from visavis.config_outputs import OutputsConfig
from visavis.core.bundle import read_bundle
from visavis.engine.pool import SessionPool
from visavis.media.fanout import Fanout
from visavis.media.ingest import Ingest
from visavis.media.stream import AvatarStream
from visavis.outputs import open_devices
from visavis.studio.lamp import SIDE, TONE_AMPLITUDE, TONE_HZ, build_lamp
from visavis.transports.virtual_microphone import SOURCE

Float64 = NDArray[np.float64]
_WARM_UP_S = 3.0
_PTIME = 960
_BLOCK_S = 0.010  # what the listening program asks for


class _Glass:
    """A camera device: when the picture turned white."""

    flashes_ms: list[float] = []  # noqa: RUF012
    _lit = False

    def __init__(self, **_: Any) -> None:
        """Any size will do."""

    def send(self, frame: NDArray[np.uint8]) -> None:
        lit = float(frame[: SIDE * SIDE].mean()) > LIT
        if lit and not self._lit:
            self.flashes_ms.append(1000 * time.monotonic())
        self._lit = lit

    def device(self) -> str:
        return "glass"

    def close(self) -> None:
        """Nothing is held."""


def device_skew_ms(seconds: float) -> Float64:
    """Picture at the camera minus tone at the microphone, per tone: positive is a late picture."""
    pyvirtualcam.camera.BACKENDS.clear()
    pyvirtualcam.camera.BACKENDS["glass"] = _Glass
    _Glass.flashes_ms = []
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        _start_pulse(Path(name), stack)
        avatar = load(read_bundle(build_lamp(Path(name))))
        pool = stack.enter_context(SessionPool(avatar.fast, 1))
        devices = open_devices(OutputsConfig(camera=True), avatar, stack)
        tones_ms: list[float] = []
        stack.enter_context(_listening(tones_ms))
        outlet = Fanout()
        for device in devices:
            outlet.add(device)
        asyncio.run(_play(avatar, pool, outlet, seconds + _WARM_UP_S))
    tones = np.array(tones_ms)
    return pair(tones[tones > tones[0] + 1000 * _WARM_UP_S], np.array(_Glass.flashes_ms), -400, 400)


async def _play(avatar: Any, pool: SessionPool, outlet: Fanout, seconds: float) -> None:
    ingest, loop = Ingest(), asyncio.get_running_loop()
    stream = AvatarStream(avatar.template, avatar.features, pool, ingest, outlet, clock=loop.time)
    running = asyncio.create_task(stream.run())
    sound = beeps(seconds, TONE_HZ, TONE_AMPLITUDE).astype(np.float32)
    begun = loop.time()
    for at in range(0, len(sound) - _PTIME, _PTIME):
        await asyncio.sleep(max(0.0, begun + at / 48_000 - loop.time()))
        ingest.push(sound[at : at + _PTIME])
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


def _start_pulse(folder: Path, stack: ExitStack) -> None:
    socket = folder / "native"
    module = f"module-native-protocol-unix socket={socket} auth-anonymous=1"
    command = ["pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no"]
    home = {"HOME": str(folder), "XDG_RUNTIME_DIR": str(folder)}
    server = subprocess.Popen(
        [*command, "-L", module], env={**os.environ, **home}, stderr=subprocess.DEVNULL
    )
    stack.callback(server.wait)
    stack.callback(server.terminate)
    while not socket.exists():
        time.sleep(0.05)
    os.environ["PULSE_SERVER"] = f"unix:{socket}"


def _listening(onsets_ms: list[float]) -> ExitStack:
    """A program that uses the microphone; when the first sample of each tone was there."""
    command = ["parec", f"--device={SOURCE}", "--format=s16le", "--rate=48000", "--channels=1"]
    program = subprocess.Popen(
        [*command, f"--latency-msec={1000 * _BLOCK_S:.0f}"], stdout=subprocess.PIPE
    )
    assert program.stdout is not None
    pipe = program.stdout.fileno()

    def listen() -> None:
        last_s = -1.0
        while block := os.read(pipe, 1 << 16):
            now_s = time.monotonic()
            samples = np.frombuffer(block[: len(block) // 2 * 2], np.int16) / 32_768
            loud = np.flatnonzero(np.abs(samples) > TONE_LEVEL)
            if len(loud):
                if now_s - last_s > 0.3:
                    onsets_ms.append(1000 * (now_s - (len(samples) - int(loud[0])) / 48_000))
                last_s = now_s

    thread = threading.Thread(target=listen)
    thread.start()
    stack = ExitStack()
    stack.callback(thread.join)
    stack.callback(program.wait)
    stack.callback(program.terminate)
    return stack
