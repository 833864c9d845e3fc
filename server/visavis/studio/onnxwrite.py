"""Networks as ONNX files: weights stored in half precision, large matrices in bytes, and checked
against PyTorch."""

import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn

from visavis.errors import StudioError
from visavis.studio.pictures import write_bytes

OPSET = 18
TOLERANCE = 1e-4  # largest allowed difference between torch and ONNX Runtime
STORED_TOLERANCE = 5e-3  # the same with weights as stored, into which norms were folded
SMALL = 256  # weights; smaller tensors stay as they are
LARGE = 2**19  # weights; larger matrices are stored in bytes, with a scale for each row
HALF, BYTES, SCALE = ".half", ".bytes", ".scale"  # what names of stored weights end in


def rounded(module: nn.Module) -> nn.Module:
    """The module with its larger weights rounded to what is stored of them, in place."""
    with torch.no_grad():
        for weight in module.parameters():
            if _is_large(weight.shape):
                whole, scale = in_bytes(weight.numpy())
                weight.copy_(torch.from_numpy(whole * scale))
            elif weight.numel() >= SMALL:
                weight.copy_(weight.half().float())
    return module


def in_bytes(matrix: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """A matrix [rows, columns] as whole numbers up to 127, and what they count for [rows, 1]."""
    scale = np.maximum(np.abs(matrix).max(1, keepdims=True) / np.float32(127), np.float32(1e-12))
    return np.rint(matrix / scale).astype(np.int8), scale


def _is_large(shape: Sequence[int]) -> bool:
    return len(shape) == 2 and int(np.prod(shape)) >= LARGE


def pack(model: onnx.ModelProto) -> None:
    """Store the larger weights in fewer bits; nodes that are computed at load give them back."""
    scales: list[onnx.TensorProto] = []
    nodes: list[onnx.NodeProto] = []
    for tensor in model.graph.initializer:
        if tensor.data_type != TensorProto.FLOAT or np.prod(tensor.dims) < SMALL:
            continue
        name, weight = tensor.name, numpy_helper.to_array(tensor)
        if _is_large(tensor.dims):
            whole, scale = in_bytes(weight)
            tensor.CopyFrom(numpy_helper.from_array(whole, name + BYTES))
            scales.append(numpy_helper.from_array(scale, name + SCALE))
            told = f"{name}.whole"
            nodes.append(helper.make_node("Cast", [name + BYTES], [told], to=TensorProto.FLOAT))
            nodes.append(helper.make_node("Mul", [told, name + SCALE], [name]))
        else:
            tensor.CopyFrom(numpy_helper.from_array(weight.astype(np.float16), name + HALF))
            nodes.append(helper.make_node("Cast", [name + HALF], [name], to=TensorProto.FLOAT))
    model.graph.initializer.extend(scales)
    nodes.extend(model.graph.node)
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
    pack(model)
    difference = _checked(model, module, inputs, beside, STORED_TOLERANCE)
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
