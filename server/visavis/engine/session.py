"""What a session is, how the plain one is opened, and what its tensors must look like."""

from collections.abc import Sequence
from typing import Any, Protocol, cast

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from visavis.errors import BundleError

Array = NDArray[Any]
Float32 = NDArray[np.float32]
_LOG_ERRORS_ONLY = 3


class SessionError(RuntimeError):
    """A runtime does not take a network, or failed to run it; the message is a clause."""


class Session(Protocol):
    """An open network that reads and writes the caller's memory; of one thread at a time.

    Arrays are contiguous, have the network's types and shapes, and stay in place until others are
    set; what they hold may change between runs.
    """

    def set_input(self, name: str, array: Array) -> None: ...

    def set_output(self, name: str, array: Array) -> None: ...

    def run(self) -> None:
        """Compute the outputs from the inputs. Raises `SessionError`."""


class Runner(Protocol):
    """What the plain path uses of ONNX Runtime's own sessions."""

    def run(self, outputs: list[str], feeds: dict[str, Float32]) -> list[Float32]: ...


class TensorInfo(Protocol):
    """Name and shape of one input or output; a symbolic dimension is a text or None."""

    name: str
    shape: list[int | str | None]
    type: str


def plain_options(threads: int) -> ort.SessionOptions:
    """Idle threads sleep: spinning starves the encoders beside them."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = _LOG_ERRORS_ONLY
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return options


def open_session(model: bytes, label: str, threads: int = 1) -> ort.InferenceSession:
    """Open a model on the processor, in float32.

    Raises `BundleError` if ONNX Runtime cannot load it.
    """
    try:
        options = plain_options(threads)
        return ort.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # ONNX Runtime's exceptions share no base class
        raise BundleError(f"ONNX Runtime cannot load {label}: {first_line(error)}.") from error


def check_tensor(
    infos: Sequence[TensorInfo], name: str, shape: Sequence[int | None], label: str
) -> None:
    """Require a float tensor `name` of this shape; None stands for the batch."""
    info = next((i for i in infos if i.name == name), None)
    if info is None:
        names = ", ".join(i.name for i in infos)
        raise BundleError(f"{label} has no tensor named {name!r}; it has {names}.")
    if info.type != "tensor(float)":
        raise BundleError(f"{label}: {name} is {info.type}, not float32.")
    fits = len(info.shape) == len(shape) and all(
        want is None or not isinstance(have, int) or have == want
        for have, want in zip(info.shape, shape, strict=True)
    )
    if not fits:
        want = ["batch" if side is None else side for side in shape]
        raise BundleError(f"{label}: {name} has the shape {info.shape}, not {want}.")


def tensors(session: ort.InferenceSession) -> tuple[list[TensorInfo], list[TensorInfo]]:
    """Inputs and outputs of a session."""
    return cast("list[TensorInfo]", session.get_inputs()), cast(
        "list[TensorInfo]", session.get_outputs()
    )


def first_line(error: Exception) -> str:
    """What an exception says, short enough for a log."""
    return str(error).strip().split("\n")[0][:300].rstrip(".")
