"""Whether who left something behind is still there."""

import os


def lives(pid: int) -> bool:
    """Whether a process of that number runs."""
    if not hasattr(os, "getuid"):  # elsewhere signal 0 is not a question
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
