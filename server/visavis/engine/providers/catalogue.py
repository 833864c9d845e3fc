"""The providers that visavis knows, as data. To support another is to add a row."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Precision(StrEnum):
    """In which numbers a network is computed."""

    FP32 = "fp32"
    BF16 = "bf16"
    FP16 = "fp16"


class Runtime(StrEnum):
    """What opens a network for a provider."""

    ONNX = "onnxruntime"  # built into the installed onnxruntime
    PLUGIN = "plugin"  # a library that onnxruntime is told of
    OPENVINO = "openvino"  # the package openvino, a runtime of its own


Options = Mapping[str, str]


@dataclass(frozen=True)
class Provider:
    """A way to run a network. `options` holds, for each precision that it can compute in, what its
    runtime is told."""

    id: str
    title: str
    runtime: Runtime
    name: str  # the runtime's own name for it
    install: str  # what to type where it is missing
    options: Mapping[Precision, Options]
    module: str = ""  # the Python module that brings it, where it is not onnxruntime
    systems: frozenset[str] = field(default_factory=lambda: frozenset({"linux", "darwin", "win32"}))


def _both(exact: Options, half: Options) -> dict[Precision, Options]:
    return {Precision.FP32: exact, Precision.FP16: half}


_NOT_MAC = frozenset({"linux", "win32"})
CPU = "cpu"
CATALOGUE = (
    Provider(
        CPU,
        "ONNX Runtime on the processor",
        Runtime.ONNX,
        "CPUExecutionProvider",
        "pip install onnxruntime",
        {Precision.FP32: {}},
    ),
    Provider(
        "openvino",
        "OpenVINO",
        Runtime.OPENVINO,
        "CPU",
        'pip install "visavis[openvino]"',
        {
            Precision.FP32: {"INFERENCE_PRECISION_HINT": "f32"},
            Precision.BF16: {"INFERENCE_PRECISION_HINT": "bf16"},
            Precision.FP16: {"INFERENCE_PRECISION_HINT": "f16"},
        },
        module="openvino",
    ),
    Provider(
        "cuda",
        "NVIDIA CUDA",
        Runtime.ONNX,
        "CUDAExecutionProvider",
        "pip uninstall onnxruntime && pip install onnxruntime-gpu",
        {Precision.FP32: {"use_tf32": "0"}},
        systems=_NOT_MAC,
    ),
    Provider(
        "tensorrt",
        "NVIDIA TensorRT",
        Runtime.ONNX,
        "TensorrtExecutionProvider",
        "pip uninstall onnxruntime && pip install onnxruntime-gpu tensorrt",
        _both({"trt_fp16_enable": "0"}, {"trt_fp16_enable": "1"}),
        systems=_NOT_MAC,
    ),
    Provider(
        "coreml",
        "Apple Core ML",
        Runtime.ONNX,
        "CoreMLExecutionProvider",
        "pip install onnxruntime",
        _both(
            {"ModelFormat": "MLProgram", "MLComputeUnits": "CPUOnly"},
            {"ModelFormat": "MLProgram", "MLComputeUnits": "ALL"},
        ),
        systems=frozenset({"darwin"}),
    ),
    Provider(
        "tensorrt-rtx",
        "NVIDIA TensorRT for RTX",
        Runtime.PLUGIN,
        "NvTensorRTRTXExecutionProvider",
        "pip install onnxruntime-ep-nv-tensorrt-rtx",
        {Precision.FP32: {}},
        module="onnxruntime_ep_nv_tensorrt_rtx",
        systems=_NOT_MAC,
    ),
    Provider(
        "webgpu",
        "WebGPU",
        Runtime.PLUGIN,
        "WebGpuExecutionProvider",
        "pip install onnxruntime-ep-webgpu",
        {Precision.FP32: {}},
        module="onnxruntime_ep_webgpu",
    ),
    Provider(
        "mlx",
        "Apple MLX",
        Runtime.PLUGIN,
        "MLXExecutionProvider",
        "pip install onnxruntime-ep-mlx",
        {Precision.FP32: {}},
        module="onnxruntime_ep_mlx",
        systems=frozenset({"darwin"}),
    ),
    Provider(
        "openvino-plugin",
        "OpenVINO within ONNX Runtime (Intel devices)",
        Runtime.PLUGIN,
        "OpenVINOExecutionProvider",
        "pip install onnxruntime-ep-openvino",
        {Precision.FP32: {}},
        module="onnxruntime_ep_openvino",
        systems=_NOT_MAC,
    ),
)


def provider(name: str) -> Provider | None:
    """The catalogue's row of that id."""
    return next((row for row in CATALOGUE if row.id == name), None)
