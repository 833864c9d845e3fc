"""Networks as ONNX files: weights stored in half precision, and checked against PyTorch."""

import warnings
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn

from visavis.errors import StudioError
from visavis.studio.pictures import write_bytes

OPSET = 18
TOLERANCE = 1e-4  # largest allowed difference between torch and ONNX Runtime
HALF_TOLERANCE = 5e-3  # the same with weights in half precision, into which norms were folded
SMALL = 256  # weights; smaller tensors stay as they are


def rounded(module: nn.Module) -> nn.Module:
    """The module with its larger weights rounded to what half precision holds, in place."""
    with torch.no_grad():
        for weight in module.parameters():
            if weight.numel() >= SMALL:
                weight.copy_(weight.half().float())
    return module


def halve(model: onnx.ModelProto) -> None:
    """Store the larger weights in half precision; a cast node gives them back at load."""
    casts = []
    for tensor in model.graph.initializer:
        if tensor.data_type != TensorProto.FLOAT or np.prod(tensor.dims) < SMALL:
            continue
        name = tensor.name
        half = numpy_helper.to_array(tensor).astype(np.float16)
        tensor.CopyFrom(numpy_helper.from_array(half, f"{name}.half"))
        casts.append(helper.make_node("Cast", [f"{name}.half"], [name], to=TensorProto.FLOAT))
    nodes = [*casts, *model.graph.node]
    del model.graph.node[:]
    model.graph.node.extend(nodes)


def to_onnx(
    module: nn.Module,
    inputs: dict[str, Tensor],
    outputs: list[str],
    path: Path,
    inner: tuple[str, ...] = (),
) -> float:
    """Write one ONNX file with a dynamic batch; return its largest difference from torch.

    Further outputs of the module get the names `inner` in the graph but are not given out.

    Raises:
        StudioError: the file does not compute what the network computes.
    """
    beside = path.with_name(f"part-{path.name}")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            module,
            tuple(inputs.values()),
            str(beside),
            input_names=list(inputs),
            output_names=[*outputs, *inner],
            dynamic_axes={name: {0: "batch"} for name in (*inputs, *outputs, *inner)},
            opset_version=OPSET,
            dynamo=False,
        )
    model = onnx.load(str(beside))
    del model.graph.output[len(outputs) :]
    _checked(model, module, inputs, beside, TOLERANCE)
    halve(model)
    difference = _checked(model, module, inputs, beside, HALF_TOLERANCE)
    beside.replace(path)
    return difference


def _checked(
    model: onnx.ModelProto, module: nn.Module, inputs: dict[str, Tensor], path: Path, limit: float
) -> float:
    write_bytes(path, model.SerializeToString())
    difference = max(_difference(module, _repeated(inputs, n), path) for n in (1, 3))
    if difference > limit:
        raise StudioError(f"A network and its ONNX file differ by {difference:.1e}: check {path}.")
    return difference


def _repeated(inputs: dict[str, Tensor], times: int) -> dict[str, Tensor]:
    return {name: torch.cat([value] * times) for name, value in inputs.items()}


def _difference(module: nn.Module, inputs: dict[str, Tensor], path: Path) -> float:
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    made = session.run(None, {name: value.numpy() for name, value in inputs.items()})
    with torch.no_grad():
        true = module(*inputs.values())
    every = true[: len(made)] if isinstance(true, tuple) else (true,)
    return max(float(np.abs(m - t.numpy()).max()) for m, t in zip(made, every, strict=True))
