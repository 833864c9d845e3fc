"""The memory of a server that runs for months: what callers leave goes back to the system, and the
garbage collector has little to walk through."""

import asyncio
import ctypes
import gc
import os
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import NoReturn

from visavis.media.waiting import cancelled

_LOOK_S = 5.0
_ARENA_MAX = -8  # glibc's M_ARENA_MAX


def share_arenas() -> None:
    """Have all threads allocate from a few arenas; to be called before they are many.

    glibc makes eight for each core. An encoder's thread lives as long as its viewer, the next one
    gets another arena, and each arena keeps the most that it ever held: hundreds of megabytes.
    """
    if libc := _glibc():
        libc.mallopt(_ARENA_MAX, max(2, os.cpu_count() or 1))


@asynccontextmanager
async def tended(ended: Callable[[], int]) -> AsyncIterator[None]:
    """`settle`, and `give_back` for as long as the server runs."""
    settle()
    tidying = asyncio.create_task(give_back(ended))
    try:
        yield
    finally:
        await cancelled(tidying)


def settle() -> None:
    """Take all that there is by now for permanent. A full collection of what a loaded server holds
    stops every stream for a tenth of a second; of what came later, for a few milliseconds."""
    gc.collect()
    gc.freeze()


async def give_back(ended: Callable[[], int]) -> NoReturn:
    """Return freed memory to the system whenever some stages have ended; `ended` counts them.

    An encoder's megabytes lie between pieces that live on, and free memory within an arena is
    returned only if it is asked for. That takes about a millisecond, in a thread of its own.
    """
    seen = ended()
    while True:
        await asyncio.sleep(_LOOK_S)
        if ended() != seen:
            seen = ended()
            await asyncio.to_thread(trim)


def trim() -> None:
    """Return free memory to the system, where the C library can: glibc does."""
    if libc := _glibc():
        libc.malloc_trim(0)


def _glibc() -> ctypes.CDLL | None:
    if sys.platform != "linux":
        return None
    libc = ctypes.CDLL(None)
    return libc if hasattr(libc, "malloc_trim") else None  # musl has none
