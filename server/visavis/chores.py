"""Work that may wait: done behind the server's back, on a thread that gives way to everyone."""

import logging
import os
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

_log = logging.getLogger(__name__)
_LOWEST = 19  # nice
Stopped = Callable[[], bool]
Chore = Callable[[Stopped], object]  # to look now and then whether it is to stop


@contextmanager
def in_background(chores: Sequence[Chore]) -> Iterator[None]:
    """Do chores in order; on leaving, ask them to stop and wait for that.

    A chore that fails is logged: what it was to prepare is then made when it is needed.
    """
    stop = threading.Event()
    thread = threading.Thread(target=_work, args=(chores, stop.is_set), name="chores", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _work(chores: Sequence[Chore], stopped: Stopped) -> None:
    if sys.platform == "linux":  # elsewhere it would be of the whole process
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _LOWEST)
    for chore in chores:
        try:
            if not stopped():
                chore(stopped)
        except InterruptedError:
            return
        except Exception:
            _log.warning("a chore failed", exc_info=True)
