"""Opening a network by a candidate, whatever its runtime."""

from collections.abc import Mapping, Sequence

from visavis.engine.providers.candidate import Candidate
from visavis.engine.providers.catalogue import Runtime
from visavis.engine.providers.onnx import open_onnx
from visavis.engine.providers.openvino import open_openvino
from visavis.engine.session import Session


def open_candidate(
    model: bytes, candidate: Candidate, threads: int, shapes: Mapping[str, Sequence[int]]
) -> Session:
    """Open an ONNX model whose inputs have these shapes, batch included. Raises `SessionError`."""
    row = candidate.row
    options = row.options[candidate.precision]
    if row.runtime is Runtime.OPENVINO:
        return open_openvino(model, options, threads, shapes)
    return open_onnx(model, row, options, threads)
