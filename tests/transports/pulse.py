"""A PulseAudio of the test's own, away from that of the desktop."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def sound_server(folder: Path) -> Iterator[str]:
    """Run PulseAudio with its files in `folder`; gives the address for PULSE_SERVER."""
    if shutil.which("pulseaudio") is None:
        raise RuntimeError("PulseAudio is missing: apt-get install pulseaudio pulseaudio-utils")
    path = folder / "native"
    module = f"module-native-protocol-unix socket={path} auth-anonymous=1"
    command = ["pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no"]
    home = {"HOME": str(folder), "XDG_RUNTIME_DIR": str(folder)}
    server = subprocess.Popen(
        [*command, "--log-level=error", "-L", module],
        env={**os.environ, **home},
        stderr=subprocess.DEVNULL,
    )
    try:
        while not path.exists():
            assert server.poll() is None, "PulseAudio did not start"
            time.sleep(0.02)
        yield f"unix:{path}"
    finally:
        server.terminate()
        server.wait()
