"""Networks on OpenVINO's own runtime, which computes in bf16 where the processor can."""

import importlib
import importlib.util
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from visavis.engine.providers.catalogue import Precision
from visavis.engine.session import Array, SessionError, first_line

_CAPABILITIES = {"BF16": Precision.BF16, "FP16": Precision.FP16, "FP32": Precision.FP32}


class OpenVinoSession:
    """One network for one batch; its inputs and outputs are the caller's own memory."""

    def __init__(self, request: Any, tensor: Any) -> None:
        self._request = request
        self._tensor = tensor
        self._held: dict[str, Array] = {}

    def set_input(self, name: str, array: Array) -> None:
        if self._held.get(name) is not array:
            self._held[name] = array
            self._request.set_tensor(name, self._tensor(array, shared_memory=True))

    set_output = set_input

    def run(self) -> None:
        try:
            self._request.infer()
        except Exception as error:  # OpenVINO's exceptions share no base class
            raise SessionError(first_line(error)) from error


def open_openvino(
    model: bytes, options: Mapping[str, str], threads: int, shapes: Mapping[str, Sequence[int]]
) -> OpenVinoSession:
    """`shapes` are those of the inputs, batch included. Raises `SessionError`."""
    settings = {
        **options,
        "INFERENCE_NUM_THREADS": threads,
        "NUM_STREAMS": 1,
        "PERFORMANCE_HINT": "LATENCY",
        "ENABLE_CPU_PINNING": False,
    }
    try:
        network = _core().read_model(model)
        network.reshape({name: list(shape) for name, shape in shapes.items()})
        compiled = _core().compile_model(network, "CPU", settings)
        return OpenVinoSession(compiled.create_infer_request(), _library().Tensor)
    except Exception as error:  # OpenVINO's exceptions share no base class
        raise SessionError(first_line(error)) from error


def precisions() -> list[Precision]:
    """What OpenVINO computes in on this processor; nothing where it is not installed."""
    if importlib.util.find_spec("openvino") is None:
        return []
    try:
        found = _core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")
    except Exception:  # an installation that does not start is none
        return []
    return [precision for name, precision in _CAPABILITIES.items() if name in found]


@cache
def _core() -> Any:
    return _library().Core()


def _library() -> Any:
    """The package. It tells its makers of every import, unless what does so cannot be imported:
    nothing leaves this machine that its user did not ask for."""
    sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]
    return importlib.import_module("openvino")
