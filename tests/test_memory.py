"""Freed memory goes back to the system, and threads do not hoard it."""

import asyncio
import ctypes
import gc
import os
import subprocess
import sys
from pathlib import Path

import pytest

from visavis import memory

BLOCKS, BLOCK_BYTES = 20_000, 2_000  # 40 MB, each too small to be mapped on its own
needs_glibc = pytest.mark.skipif(memory._glibc() is None, reason="what glibc does")


def _rss_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def _scatter() -> int:
    """Free 40 MB below a block that lives on; returns that."""
    libc = ctypes.CDLL(None)
    libc.malloc.restype = ctypes.c_void_p
    libc.free.argtypes = [ctypes.c_void_p]
    blocks = []
    for _ in range(BLOCKS):
        blocks.append(libc.malloc(BLOCK_BYTES))
        ctypes.memset(blocks[-1], 1, BLOCK_BYTES)
    last: int = libc.malloc(BLOCK_BYTES)
    for block in blocks:
        libc.free(block)
    return last


@needs_glibc
async def test_memory_goes_back_once_a_stage_has_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "_LOOK_S", 0.01)
    ended = 3
    async with memory.tended(lambda: ended):
        _scatter()
        await asyncio.sleep(0.1)
        before = _rss_mb()
        ended = 4
        for _ in range(200):
            if _rss_mb() < before - 20:
                break
            await asyncio.sleep(0.01)
    gc.unfreeze()
    assert _rss_mb() < before - 20


_THREADS = """
import ctypes, threading
from visavis.memory import share_arenas
share_arenas()

libc = ctypes.CDLL(None)
libc.fdopen.restype = ctypes.c_void_p
done = threading.Barrier(65)
def work():
    libc.malloc(100_000)
    done.wait()
for _ in range(64):
    threading.Thread(target=work).start()
done.wait()
out = ctypes.c_void_p(libc.fdopen(1, b"w"))
libc.malloc_info(0, out)
libc.fflush(out)
"""


@needs_glibc
def test_many_threads_share_a_few_arenas() -> None:
    told = subprocess.run([sys.executable, "-c", _THREADS], capture_output=True, text=True)
    assert told.returncode == 0, told.stderr
    assert 1 <= told.stdout.count("<heap nr=") <= max(2, os.cpu_count() or 1)


def test_what_a_loaded_server_holds_is_not_collected_again() -> None:
    try:
        memory.settle()
        assert gc.get_freeze_count() > 10_000
    finally:
        gc.unfreeze()
