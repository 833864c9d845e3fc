"""Template frames as they are shown, decoded once per machine and mapped by every process."""

import hashlib
import logging
from collections.abc import Iterable
from pathlib import Path

from visavis.core.bundle import DESCRIPTION, Bundle
from visavis.core.compositor import Frame
from visavis.core.template import Template
from visavis.engine.rowstore import MappedRows
from visavis.media.clip import frame_count, load_template, still_template

_VERSION = 1  # of what `load_template` makes of a bundle: a change discards what is kept
_SUFFIX = ".frames"
_MOST_BYTES = 2 << 30
_log = logging.getLogger(__name__)


def kept_template(bundle: Bundle, places: Iterable[Path]) -> Template:
    """A bundle's template, its frames in a file in the first of `places` that can be written; in
    this process's memory if none can, or the clips are very long.

    Raises `BundleError`.
    """
    shape = (bundle.height * 3 // 2, bundle.width)
    count, nbytes = frame_count(bundle), shape[0] * shape[1]
    for place in places if count * nbytes <= _MOST_BYTES else ():
        try:
            store = MappedRows(place / f"{_key(bundle)}{_SUFFIX}", _key(bundle), count, nbytes)
        except OSError as error:
            _log.debug("%s holds no frames: %s", place, error)
            continue
        if not store.complete:
            _fill(store, load_template(bundle).frames)
        return still_template(bundle, [_frame(store, index, shape) for index in range(count)])
    return load_template(bundle)


def _key(bundle: Bundle) -> str:
    """Every file decides, and so does the description, which says how they are put together."""
    described = hashlib.sha256((bundle.folder / DESCRIPTION).read_bytes()).hexdigest()
    facts = (_VERSION, described, sorted(bundle.files.items()))
    return hashlib.sha256(repr(facts).encode()).hexdigest()


def _fill(store: MappedRows, frames: Iterable[Frame]) -> None:
    for index, frame in enumerate(frames):
        store.put(index, frame.ravel())


def _frame(store: MappedRows, index: int, shape: tuple[int, int]) -> Frame:
    row = store.get(index)
    assert row is not None
    frame = row.reshape(shape)
    frame.setflags(write=False)
    return frame
