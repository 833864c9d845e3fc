"""Networks after surgery kept on disk, so that it is done once per generator.

One file per generator: a line that names the format, a line of JSON with sizes and hashes, then the
bytes of both models. It lies in `.cache` beside the avatar, or in the user's cache folder where
that cannot be written.
"""

import contextlib
import hashlib
import json
import os
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

from visavis.core.onnxfile import MalformedOnnxError, has_external_data
from visavis.core.region import Region
from visavis.engine.graph.halves import VERSION, Finished, Report
from visavis.engine.graph.mouth import Field, Mouth

_FIRST_LINE = b"visavis halves\n"
_SUFFIX = ".halves"
_MOST_HEADER_BYTES = 1024 * 1024
_MOST_BYTES = 1024 * 1024 * 1024


def key_of(model: bytes, *settings: object) -> str:
    """The name under which the halves of a model are kept: other bytes, other settings or another
    version of the surgery make another name."""
    digest = hashlib.sha256(repr((VERSION, *settings)).encode())
    digest.update(model)
    return digest.hexdigest()


def folders(avatar: str, beside: Path | None) -> list[Path]:
    """Where an avatar's halves may lie: beside it, if that is allowed, or in the user's cache."""
    user = _user_cache() / "visavis" / avatar
    return [beside / ".cache", user] if beside else [user]


def read(places: Iterable[Path], key: str) -> Finished | None:
    """The halves of that name, from the first folder that has them whole."""
    for place in places:
        path = place / f"{key}{_SUFFIX}"
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError, AttributeError):
            if not path.is_symlink() and path.stat().st_size <= _MOST_BYTES:
                return _decode(path.read_bytes())
    return None


def write(places: Iterable[Path], key: str, made: Finished) -> Path | None:
    """Keep halves in the first folder that can be written, and drop older ones there; return the
    file, or None if there is no such folder."""
    for place in places:
        with contextlib.suppress(OSError):
            place.mkdir(parents=True, exist_ok=True)
            path = place / f"{key}{_SUFFIX}"
            _replace(path, _encode(made))
            for old in place.glob(f"*{_SUFFIX}"):
                if old != path:
                    old.unlink(missing_ok=True)
            return path
    return None


def _replace(path: Path, data: bytes) -> None:
    handle, beside = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(beside).replace(path)
    except OSError:
        Path(beside).unlink(missing_ok=True)
        raise


def _encode(made: Finished) -> bytes:
    mouth = made.mouth
    models = (mouth.appearance, mouth.network)
    header = {
        "fields": [asdict(item) for item in mouth.fields],
        "window": asdict(mouth.window),
        "free_batch": mouth.free_batch,
        "sizes": [len(model) for model in models],
        "sha256": [hashlib.sha256(model).hexdigest() for model in models],
        "report": asdict(made.report),
    }
    return b"".join((_FIRST_LINE, json.dumps(header).encode(), b"\n", *models))


def _decode(data: bytes) -> Finished:
    """Raises `ValueError`, `KeyError` or `TypeError` for anything but what `_encode` makes."""
    start = len(_FIRST_LINE)
    end = data.find(b"\n", start, start + _MOST_HEADER_BYTES)
    if data[:start] != _FIRST_LINE or end < 0:
        raise ValueError("not a file of halves")
    header = json.loads(data[start:end])
    first, second = header["sizes"]
    models = (data[end + 1 : end + 1 + first], data[end + 1 + first : end + 1 + first + second])
    for model, digest in zip(models, header["sha256"], strict=True):
        if hashlib.sha256(model).hexdigest() != digest or _points_elsewhere(model):
            raise ValueError("damaged")
    fields = tuple(_field(**item) for item in header["fields"])
    mouth = Mouth(*models, fields, Region(**header["window"]), header["free_batch"])
    return Finished(mouth, Report(**header["report"]))


def _field(name: str, shape: list[int], kind: str, crop: dict[str, int] | None) -> Field:
    return Field(name, tuple(shape), kind, Region(**crop) if crop else None)


def _points_elsewhere(model: bytes) -> bool:
    try:
        return has_external_data(model)
    except MalformedOnnxError:
        return True


def _user_cache() -> Path:
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches"
    variable = "LOCALAPPDATA" if sys.platform == "win32" else "XDG_CACHE_HOME"
    return Path(os.environ.get(variable) or Path.home() / ".cache")
