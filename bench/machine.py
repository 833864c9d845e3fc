"""What a benchmark ran on."""

import os
import platform
from pathlib import Path


def describe() -> str:
    """Processor, cores, memory, system and Python, in one line."""
    cpu = _field("/proc/cpuinfo", "model name") or platform.processor() or platform.machine()
    kilobytes = (_field("/proc/meminfo", "MemTotal") or "0").split()[0]
    memory = f"{int(kilobytes) / 2**20:.0f} GiB"
    system = f"{platform.system()} {platform.release()}"
    return f"{cpu}, {os.cpu_count()} cores, {memory}, {system}, Python {platform.python_version()}"


def _field(path: str, name: str) -> str | None:
    file = Path(path)
    if not file.exists():
        return None
    lines = (line.partition(":") for line in file.read_text().splitlines())
    return next((value.strip() for key, _, value in lines if key.strip() == name), None)
