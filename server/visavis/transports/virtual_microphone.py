"""A virtual microphone of this machine that carries the avatar's voice, as late as its picture.

A camera's picture that comes later than the sound of a real microphone is what spoils virtual
cameras; this is the other half of `camera`. PulseAudio, or PipeWire in its place, gets a sink that
nobody hears, and a source that carries what is played into it. Both are gone when we are.
"""

import fcntl
import os
import re
import shutil
import subprocess
import sys
import termios
from contextlib import suppress

import numpy as np
from numpy.typing import NDArray

from visavis.core.compositor import Frame
from visavis.core.timeline import OUTPUT_RATE
from visavis.errors import DeviceError
from visavis.transports.processes import lives

SINK, SOURCE = "visavis", "visavis_microphone"
NAME = "visavis microphone"  # as programs show it
WAY_S = 0.025  # from a release to the source, measured: see bench/outputs.py
_BUFFER_MS = 20
_PIPE_BYTES = 8192  # 85 ms, then the voice is dropped rather than late
_SAMPLE_BYTES = 2
_SPARE_BYTES = OUTPUT_RATE // 50 * _SAMPLE_BYTES  # 20 ms that lie about are a leftover of a hiccup
_QUIET = 0.004  # peak, −48 dBFS: where a leftover is taken out unheard
_LONGEST_LEFTOVER = 50  # releases, two seconds: then it is taken out anyway
_OWNER = re.compile(r"visavis\.pid=(\d+)", re.ASCII)


class VirtualMicrophone:
    """An outlet of the stream; a release never waits."""

    def __init__(self) -> None:
        """Raises `DeviceError` where there is no sound server or its tools are missing."""
        _require_tools()
        _sweep()
        self.dropped = 0  # releases that PulseAudio was too slow for
        self._late = 0  # releases in a row that found a leftover
        self._modules: list[str] = []
        try:
            self._load("module-null-sink", f"sink_name={SINK}", f"rate={OUTPUT_RATE}", "channels=1")
            self._load("module-remap-source", f"source_name={SOURCE}", f"master={SINK}.monitor")
            self._player = self._play()
        except BaseException:
            self._unload()
            raise

    def release(self, tick: int, frame: Frame | None, sound: NDArray[np.float32]) -> None:
        """See `visavis.media.outlet.Outlet`."""
        pcm = np.rint(np.clip(sound, -1, 1) * np.float32(32_767)).astype("<i2").tobytes()
        waiting = self._waiting_bytes()
        self._late = self._late + 1 if waiting >= _SPARE_BYTES else 0
        quiet = float(np.abs(sound).max()) < _QUIET
        if self._late > _LONGEST_LEFTOVER or (self._late and quiet):
            pcm = pcm[waiting:]
        try:
            written = os.write(self._pipe, pcm)
            self.dropped += written < len(pcm)
        except OSError:  # nothing more goes in, or the player is gone
            self.dropped += 1

    @property
    def lost(self) -> bool:
        """True when the sound server has ended: then make another."""
        return self._player.poll() is not None

    def _waiting_bytes(self) -> int:
        """What the player has not yet taken."""
        return int.from_bytes(fcntl.ioctl(self._pipe, termios.FIONREAD, bytes(4)), sys.byteorder)

    def close(self) -> None:
        """Take sink and source away."""
        assert self._player.stdin is not None
        self._player.stdin.close()
        try:
            self._player.wait(1.0)
        except subprocess.TimeoutExpired:
            self._player.kill()
            self._player.wait()
        self._unload()

    def _load(self, module: str, *arguments: str) -> None:
        kind = "sink" if module == "module-null-sink" else "source"
        label = "visavis voice" if kind == "sink" else NAME
        properties = f'device.description="{label}" visavis.pid={os.getpid()}'
        loaded = _pactl("load-module", module, *arguments, f"{kind}_properties='{properties}'")
        self._modules.append(loaded.strip())

    def _unload(self) -> None:
        for module in reversed(self._modules):
            with suppress(DeviceError):  # the sound server may be gone
                _pactl("unload-module", module)
        self._modules = []

    def _play(self) -> "subprocess.Popen[bytes]":
        command = ["pacat", "--playback", f"--device={SINK}", "--client-name=visavis"]
        command += ["--format=s16le", f"--rate={OUTPUT_RATE}", "--channels=1"]
        player = subprocess.Popen(
            [*command, f"--latency-msec={_BUFFER_MS}"],
            stdin=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            start_new_session=True,  # Ctrl-C is ours to pass on
        )
        assert player.stdin is not None
        self._pipe = player.stdin.fileno()
        os.set_blocking(self._pipe, False)
        if hasattr(fcntl, "F_SETPIPE_SZ"):
            fcntl.fcntl(self._pipe, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
        return player


def _require_tools() -> None:
    if not sys.platform.startswith("linux"):
        raise DeviceError(
            "A virtual microphone is made by PulseAudio or PipeWire, on Linux only; here use a "
            "loopback device, such as BlackHole or VB-Cable, and --no-voice."
        )
    missing = [tool for tool in ("pactl", "pacat") if shutil.which(tool) is None]
    if missing:
        raise DeviceError(
            f"The virtual microphone needs {' and '.join(missing)} "
            "(Debian and Ubuntu: apt-get install pulseaudio-utils), or give --no-voice."
        )


def _sweep() -> None:
    """Take away what a visavis that was killed has left. Raises `DeviceError` if one lives."""
    for line in reversed(_pactl("list", "short", "modules").splitlines()):
        owner = _OWNER.search(line)
        if owner is None:
            continue
        if lives(int(owner[1])):
            raise DeviceError("Another visavis has the virtual microphone; end it first.")
        with suppress(DeviceError):  # the source goes with its sink
            _pactl("unload-module", line.split("\t")[0])


def _pactl(*arguments: str) -> str:
    try:
        result = subprocess.run(
            ["pactl", *arguments], capture_output=True, text=True, timeout=5, check=True
        )
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        told = str(error.stderr or "it does not answer").strip().rstrip(".")
        raise DeviceError(
            f"The sound server does not make a virtual microphone ({told}); "
            "is PulseAudio or PipeWire running? Or give --no-voice."
        ) from error
    return result.stdout
