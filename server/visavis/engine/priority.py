"""Which threads come first where there are not enough cores."""

import os
import sys
import threading

PICTURES = 3  # nice: half of what the event loop gets, which carries the sound
CHORES = 19  # nice, the lowest
_LOWEST = 19


def give_way(by: int) -> None:
    """Let the calling thread come so much behind the process's first one, for ever. Linux alone has
    it by thread; there children inherit it."""
    if sys.platform == "linux":
        thread = threading.get_native_id()
        nice = min(_LOWEST, os.getpriority(os.PRIO_PROCESS, os.getpid()) + by)
        if os.getpriority(os.PRIO_PROCESS, thread) < nice:
            os.setpriority(os.PRIO_PROCESS, thread, nice)
