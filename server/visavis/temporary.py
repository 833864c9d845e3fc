"""A folder for the life of a process; what a process that was killed has left is swept away."""

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from visavis.transports.processes import lives

_NAME = re.compile(r"visavis-([0-9]+)-.+", re.ASCII)


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """An empty folder, removed with all that is in it at the end."""
    root = Path(tempfile.gettempdir())
    _sweep(root)
    with tempfile.TemporaryDirectory(prefix=f"visavis-{os.getpid()}-", dir=root) as folder:
        yield Path(folder)


def _sweep(root: Path) -> None:
    for folder in root.iterdir():
        name = _NAME.fullmatch(folder.name)
        if name and not lives(int(name[1])) and _is_ours(folder):
            shutil.rmtree(folder, ignore_errors=True)


def _is_ours(folder: Path) -> bool:
    """Whether it is a true folder of our user's."""
    if folder.is_symlink() or not folder.is_dir():
        return False
    return not hasattr(os, "getuid") or folder.stat().st_uid == os.getuid()
