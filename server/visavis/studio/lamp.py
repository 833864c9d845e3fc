"""The lamp: an avatar whose picture turns white exactly while a tone sounds.

It measures what a person cannot: the skew between sound and picture, and the delay from the
microphone to the screen, through the very pipeline that people talk through. Its audio window is
that of the avatar it stands in for, so its timing is too. Run `python -m visavis.studio.lamp DIR`.
"""

import hashlib
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import onnx
import tomli_w
import typer
from av.video.frame import VideoFrame
from onnx import TensorProto, helper, numpy_helper

from visavis.core.mel import MelSpec, mel_spectrogram
from visavis.core.timeline import SAMPLE_RATE
from visavis.core.window import WindowSpec

TONE_HZ = 1000
TONE_AMPLITUDE = 0.5
SIDE = 240  # pixels, of the frame and of the ROI in it
_HALF_DB = 0.5  # −6 dB in normalised mel units: half of the analysis window is in the tone
_STEEPNESS = 40.0
_DARK = 40  # luma of the lamp when it is off
_FRAMES = 25
Shapes = dict[str, list[str | int]]


def lamp_threshold(mel: MelSpec) -> float:
    """Normalised level of the loudest band when the tone begins or ends in mid-window."""
    time = np.arange(SAMPLE_RATE) / SAMPLE_RATE
    tone = (TONE_AMPLITUDE * np.sin(2 * np.pi * TONE_HZ * time)).astype(np.float32)
    steady = mel_spectrogram(tone, mel)[20:-20].max(axis=1)
    return float(np.median(steady)) - _HALF_DB


def build_lamp(folder: Path, window: WindowSpec | None = None) -> Path:
    """Write the bundle `folder/lamp`, for a window with silent edges; return its folder."""
    mel = MelSpec()
    window = window or WindowSpec(offset=-5, left=7, right=0, shift=0, edge="silence")
    target = folder / "lamp"
    target.mkdir(parents=True, exist_ok=True)
    _write_clip(target / "idle.mkv")
    # The window's mel frame nearest to the middle of its video frame (1.6 mel frames in).
    column = 2 - window.offset
    onnx.save(_encoder(mel, window, column), target / "audio_encoder.onnx")
    onnx.save(_generator(window, lamp_threshold(mel)), target / "generator.onnx")
    names = ("idle.mkv", "audio_encoder.onnx", "generator.onnx")
    files = {name: hashlib.sha256((target / name).read_bytes()).hexdigest() for name in names}
    (target / "avatar.toml").write_text(tomli_w.dumps(_description(mel, window, files)), "utf-8")
    return target


def _write_clip(path: Path) -> None:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=25, options={"crf": "12"})
        stream.width = stream.height = SIDE
        stream.pix_fmt = "yuv420p"
        planes = np.full((SIDE * 3 // 2, SIDE), 128, np.uint8)
        planes[:SIDE] = _DARK
        for index in range(_FRAMES):
            frame = VideoFrame.from_ndarray(planes, format="yuv420p")
            frame.pts, frame.time_base = index, Fraction(1, 25)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def _encoder(mel: MelSpec, window: WindowSpec, column: int) -> onnx.ModelProto:
    """The level of the loudest band at one mel frame of the window."""
    nodes = [
        helper.make_node("Gather", ["mel", "column"], ["frame"], axis=3),
        helper.make_node("ReduceMax", ["frame", "axes"], ["feature"], keepdims=0),
    ]
    constants = {"column": np.array(column), "axes": np.array([2])}
    shape: list[str | int] = ["B", 1, mel.bands, window.length]
    return _model(nodes, {"mel": shape}, {"feature": ["B", 1]}, constants)


def _generator(window: WindowSpec, threshold: float) -> onnx.ModelProto:
    """The template, or white while the newest level is above the threshold."""
    newest = window.left - window.shift
    nodes = [
        helper.make_node("Gather", ["audio", "newest"], ["level"], axis=1),
        helper.make_node("Sub", ["level", "threshold"], ["over"]),
        helper.make_node("Mul", ["over", "steepness"], ["steep"]),
        helper.make_node("Sigmoid", ["steep"], ["lit"]),
        helper.make_node("Unsqueeze", ["lit", "axes"], ["light"]),
        helper.make_node("Max", ["template", "light"], ["roi"]),
    ]
    constants = {
        "newest": np.array(newest),
        "threshold": np.array(threshold, np.float32),
        "steepness": np.array(_STEEPNESS, np.float32),
        "axes": np.array([2, 3]),
    }
    picture: list[str | int] = ["B", 3, SIDE, SIDE]
    inputs: Shapes = {"template": picture, "audio": ["B", window.rows, 1]}
    return _model(nodes, inputs, {"roi": picture}, constants)


def _model(
    nodes: list[onnx.NodeProto],
    inputs: Shapes,
    outputs: Shapes,
    constants: dict[str, "np.ndarray[tuple[int, ...], np.dtype[np.generic]]"],
) -> onnx.ModelProto:
    def describe(tensors: Shapes) -> list[onnx.ValueInfoProto]:
        return [
            helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
            for name, shape in tensors.items()
        ]

    weights = [numpy_helper.from_array(value, name) for name, value in constants.items()]
    graph = helper.make_graph(nodes, "lamp", describe(inputs), describe(outputs), weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    onnx.checker.check_model(model)
    return model


def _description(mel: MelSpec, window: WindowSpec, files: dict[str, str]) -> dict[str, object]:
    return {
        "format": 1,
        "id": "lamp",
        "name": "Lamp",
        "licence": "CC0-1.0",
        "description": "White while a 1 kHz tone sounds: for measuring skew and delay.",
        "frame": {"fps": 25, "width": SIDE, "height": SIDE},
        "clips": {
            "idle": {
                "file": "idle.mkv",
                "frames": _FRAMES,
                "alpha": "none",
                "roi": [[0, 0]] * _FRAMES,
            }
        },
        "roi": {"size": SIDE},
        "mel": vars(mel),
        "encoder": {
            "file": "audio_encoder.onnx",
            "input": "mel",
            "output": "feature",
            "length": window.length,
            "offset": window.offset,
            "features": 1,
        },
        "generator": {
            "file": "generator.onnx",
            "template": "template",
            "audio": "audio",
            "output": "roi",
            "left": window.left,
            "right": window.right,
            "shift": window.shift,
            "edge": window.edge,
            "channels": "rgb",
        },
        "files": files,
    }


if __name__ == "__main__":
    typer.run(build_lamp)
