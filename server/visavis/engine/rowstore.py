"""Where rows are kept: in a file that all processes map, or in memory.

In the file a row is written before its flag, and a row without a flag is computed anew, so that
neither a crash nor two writers at once can spoil one. The system can take the memory back and share
it. Where all rows together exceed the budget, or no file can be kept, the newest rows stay in this
process's memory.
"""

import contextlib
import logging
import mmap
import os
import tempfile
import threading
from collections import OrderedDict
from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Row = NDArray[np.uint8]  # [bytes]
_log = logging.getLogger(__name__)
_MAGIC = b"visavis rows 1\n"
_PAGE = 4096
_SUFFIX = ".rows"


class Store(Protocol):
    """Where rows are kept."""

    def get(self, index: int) -> Row | None: ...

    def put(self, index: int, row: Row) -> Row:
        """Keep a row; return the one to use from now on."""

    @property
    def room(self) -> int:
        """Rows that it can hold."""


class PassingRows:
    """Rows in this process's memory; the least recently used goes first."""

    def __init__(self, room: int) -> None:
        self._room = room
        self._rows: OrderedDict[int, Row] = OrderedDict()
        self._lock = threading.Lock()

    @property
    def room(self) -> int:
        return self._room

    def get(self, index: int) -> Row | None:
        with self._lock:
            row = self._rows.get(index)
            if row is not None:
                self._rows.move_to_end(index)
            return row

    def put(self, index: int, row: Row) -> Row:
        with self._lock:
            self._rows[index] = row
            if len(self._rows) > self._room:
                self._rows.popitem(last=False)
        return row


class MappedRows:
    """Rows in a file, mapped."""

    def __init__(self, path: Path, key: str, count: int, nbytes: int) -> None:
        """Opens the file, or makes it. Raises `OSError` if neither can be done."""
        self._count, self._nbytes = count, nbytes
        self._start = _pages(_PAGE + count)
        size = self._start + count * nbytes
        whole = _whole(path, _header(key), size)
        self._file = os.open(whole, os.O_RDWR | getattr(os, "O_BINARY", 0))
        # Copy on write: some runtimes take no memory that cannot be written, though none writes.
        mapped = mmap.mmap(self._file, size, access=mmap.ACCESS_COPY)
        everything = np.frombuffer(mapped, np.uint8)
        self._flags = everything[_PAGE : _PAGE + count]
        rows = everything[self._start :].reshape(count, nbytes)
        self._rows: list[Row] = [rows[index] for index in range(count)]

    def __del__(self) -> None:
        if hasattr(self, "_file"):
            os.close(self._file)

    @property
    def room(self) -> int:
        return self._count

    @property
    def complete(self) -> bool:
        """Whether every row is there."""
        return bool(self._flags.all())

    def get(self, index: int) -> Row | None:
        return self._rows[index] if self._flags[index] else None

    def put(self, index: int, row: Row) -> Row:
        try:
            _write(self._file, row.data, self._start + index * self._nbytes)
            _write(self._file, b"\x01", _PAGE + index)
        except OSError as error:
            _log.warning("what is computed of template frame %d is not shared: %s", index, error)
            self._rows[index], self._flags[index] = row, 1  # of this process alone
        return self._rows[index]


def open_store(places: Iterable[Path], key: str, count: int, nbytes: int, budget: int) -> Store:
    """A file in the first folder that can be written, for `count` rows, if all fit into `budget`
    bytes; else memory for those that do."""
    fits = count * nbytes <= budget
    for place in places if fits else ():
        try:
            return MappedRows(place / f"{key}{_SUFFIX}", key, count, nbytes)
        except OSError as error:
            _log.debug("%s holds no rows: %s", place, error)
    return PassingRows(count if fits else max(1, budget // nbytes))


def _header(key: str) -> bytes:
    return _MAGIC + key.encode() + b"\n"


def _pages(size: int) -> int:
    return -(-size // _PAGE) * _PAGE


def _whole(path: Path, header: bytes, size: int) -> Path:
    """The file of that header and size; where there is none, it is made beside and renamed."""
    if not path.is_symlink() and path.is_file() and path.stat().st_size == size:
        with path.open("rb") as file:
            if file.read(len(header)) == header:
                return path
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, beside = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
    try:
        os.truncate(handle, size)
        os.write(handle, header)
    finally:
        os.close(handle)
    Path(beside).replace(path)
    for old in path.parent.glob(f"*{path.suffix}"):  # of another template; who maps it keeps it
        if old != path:
            with contextlib.suppress(OSError):
                old.unlink()
    return path


def _write(file: int, data: bytes | memoryview, place: int) -> None:
    view = memoryview(data)
    os.lseek(file, place, os.SEEK_SET)
    while view:
        view = view[os.write(file, view) :]
