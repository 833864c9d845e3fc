"""The bytes of a bundle's files, checked against the description before anything opens them."""

import hashlib
from pathlib import Path

from visavis.core.bundle import DESCRIPTION, Bundle
from visavis.core.onnxfile import MalformedOnnxError, has_external_data
from visavis.errors import BundleError

MAX_FILE_BYTES = 512 * 1024 * 1024


def read_file(bundle: Bundle, name: str) -> bytes:
    """The bytes of one file, checked against its hash and, for models, for external data."""
    path = bundle.existing(name)
    if path.stat().st_size > MAX_FILE_BYTES:
        raise BundleError(f"{path} is larger than 512 MiB, which no bundle file may be.")
    data = path.read_bytes()
    if hashlib.sha256(data).hexdigest() != bundle.files[name]:
        raise BundleError(
            f"{path} is damaged: its sha256 is not the one in {DESCRIPTION}; install it again."
        )
    if name.endswith(".onnx"):
        _refuse_external_data(path, data)
    return data


def _refuse_external_data(path: Path, data: bytes) -> None:
    try:
        external = has_external_data(data)
    except MalformedOnnxError as error:
        raise BundleError(f"{path} is not an ONNX model: {error}.") from error
    if external:
        raise BundleError(f"{path} keeps weights in another file; export it as a single file.")
