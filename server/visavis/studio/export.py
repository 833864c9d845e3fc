"""Put an avatar together: ONNX models, mask, background and the description that binds them."""

import hashlib
import json
import warnings
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import onnxruntime
import tomli_w
import torch
import typer
from torch import Tensor, nn

from visavis.core.timeline import FPS
from visavis.errors import StudioError
from visavis.studio import checkpoint, hoist, train_articulation, train_generator
from visavis.studio.background import studio_wall
from visavis.studio.corpus import MEL, WINDOWS
from visavis.studio.dataset import HELD_OUT_CLIPS, Dataset
from visavis.studio.hearing import FEATURES, ROWS, AudioEncoder
from visavis.studio.macs import count
from visavis.studio.networks import Generator
from visavis.studio.pictures import Bytes, write_bytes, write_png
from visavis.studio.template import ROI, roi_corner

OPSET = 18
TOLERANCE = 1e-4  # largest allowed difference between torch and ONNX Runtime
MASK_BORDER, MASK_RAMP = 6, 14  # pixels
FILES = (
    "appearance.onnx",
    "audio_encoder.onnx",
    "background.png",
    "generator.onnx",
    "idle.mkv",
    "mask.png",
    "mouth.onnx",
)
BUDGET_MACS = 600_000_000  # per frame, whole generator
DESCRIPTION = "A woman in a studio: an invented, rendered person who speaks to the camera."


def feather() -> Bytes:
    """The blend mask [ROI, ROI]: 0 at the border, a smooth ramp, 255 inside."""
    steps = np.arange(ROI)
    distance = np.minimum(steps, ROI - 1 - steps)
    ramp = np.clip((distance - MASK_BORDER + 1) / MASK_RAMP, 0, 1)
    smooth = ramp * ramp * (3 - 2 * ramp)
    both = np.minimum(smooth[:, None], smooth[None, :])
    mask: Bytes = np.rint(255 * both).astype(np.uint8)
    return mask


def assemble(folder: Path) -> tuple[AudioEncoder, Generator]:
    """The averaged networks of a work folder, ready to export."""
    listener, generator = train_articulation.Listener(), Generator()
    listener.load_state_dict(checkpoint.load(folder / "listener.pt")["average"])
    generator.painter.load_state_dict(checkpoint.load(folder / "painter.pt")["average"])
    generator.head.load_state_dict(listener.head.state_dict())
    return listener.encoder.eval(), generator.eval()


def to_onnx(module: nn.Module, inputs: dict[str, Tensor], output: str, path: Path) -> float:
    """Write one ONNX file with a dynamic batch; return its largest difference from torch.

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
            output_names=[output],
            dynamic_axes={name: {0: "batch"} for name in (*inputs, output)},
            opset_version=OPSET,
            dynamo=False,
        )
    difference = max(_difference(module, _repeated(inputs, n), beside) for n in (1, 3))
    if difference > TOLERANCE:
        raise StudioError(f"{path.name} differs from its network by {difference:.1e}.")
    beside.replace(path)
    return difference


def _repeated(inputs: dict[str, Tensor], times: int) -> dict[str, Tensor]:
    return {name: torch.cat([value] * times) for name, value in inputs.items()}


def _difference(module: nn.Module, inputs: dict[str, Tensor], path: Path) -> float:
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    made = session.run(None, {name: value.numpy() for name, value in inputs.items()})[0]
    with torch.no_grad():
        true = module(*inputs.values()).numpy()
    return float(np.abs(made - true).max())


def training_card(work: Path, data: Dataset) -> dict[str, Any]:
    """What the networks learnt from and how far they got."""
    painter = checkpoint.load(work / "painter.pt")
    listener = checkpoint.load(work / "listener.pt")
    return {
        "data": f"{len(data.crops)} rendered lower faces over a loop of {data.length} frames",
        "held_out_clips": list(HELD_OUT_CLIPS),
        "painter_seed": train_generator.SEED,
        "painter_steps": painter["step"],
        "listener_seed": train_articulation.SEED,
        "listener_steps": listener["step"],
        "mouth_psnr_db": round(painter["mouth_psnr_db"], 2),
        "template_psnr_db": round(painter["template_psnr_db"], 2),
    }


def write_models(folder: Path, encoder: AudioEncoder, generator: Generator) -> dict[str, Any]:
    """Both ONNX files; returns figures for the card.

    Raises:
        StudioError: the generator costs more than its budget.
    """
    random = torch.Generator().manual_seed(0)
    mel = torch.rand(1, 1, MEL.bands, WINDOWS.length, generator=random) * 8 - 4
    template = torch.rand(1, 3, ROI, ROI, generator=random)
    audio = torch.rand(1, ROWS, FEATURES, generator=random) * 2 - 1
    path = folder / "generator.onnx"
    differences = (
        to_onnx(encoder, {"mel": mel}, "feature", folder / "audio_encoder.onnx"),
        to_onnx(generator, {"template": template, "audio": audio}, "roi", path),
    )
    macs = count(path)
    if macs > BUDGET_MACS:
        raise StudioError(f"The generator costs {macs / 1e6:.0f} MMAC; make its layers smaller.")
    return {
        "generator_mmac": round(macs / 1e6, 1),
        "generator_mmac_per_spoken_frame": round(count(path, "audio") / 1e6, 1),
        "encoder_mmac": round(count(folder / "audio_encoder.onnx") / 1e6, 1),
        "onnx_difference": float(f"{max(differences):.1e}"),
    }


def write_description(
    folder: Path, corners: list[tuple[int, int]], size: int, card: dict[str, Any]
) -> None:
    """Write `avatar.toml`: ROI corners per template frame, frame size in pixels, and the hashes
    of the files that lie in `folder`."""
    table = {
        "format": 1,
        "id": folder.name,
        "name": folder.name.title(),
        "licence": "CC0-1.0",
        "description": DESCRIPTION,
        "frame": {"fps": FPS, "width": size, "height": size, "background": "background.png"},
        "clips": {"idle": _idle(corners)},
        "roi": {"size": ROI, "mask": "mask.png"},
        "mel": vars(MEL),
        "encoder": _encoder(),
        "generator": _generator(),
        "hoisted": {
            "appearance": "appearance.onnx",
            "mouth": "mouth.onnx",
            "tensors": hoist.write(folder, "template", "audio", "roi"),
        },
        "files": {n: hashlib.sha256((folder / n).read_bytes()).hexdigest() for n in FILES},
        "card": card,
    }
    write_bytes(folder / "avatar.toml", tomli_w.dumps(table).encode())


def _idle(corners: list[tuple[int, int]]) -> dict[str, Any]:
    return {
        "file": "idle.mkv",
        "frames": len(corners),
        "alpha": "below",
        "loop": True,
        "roi": [list(corner) for corner in corners],
    }


def _encoder() -> dict[str, Any]:
    return {
        "file": "audio_encoder.onnx",
        "input": "mel",
        "output": "feature",
        "length": WINDOWS.length,
        "offset": WINDOWS.offset,
        "features": FEATURES,
    }


def _generator() -> dict[str, Any]:
    return {
        "file": "generator.onnx",
        "template": "template",
        "audio": "audio",
        "output": "roi",
        "left": WINDOWS.left,
        "right": WINDOWS.right,
        "shift": WINDOWS.shift,
        "edge": WINDOWS.edge,
        "channels": "rgb",
    }


def main(
    work: Annotated[Path, typer.Argument(help="folder with painter.pt and listener.pt")],
    bundle: Annotated[Path, typer.Argument(help="avatar folder; holds idle.mkv already")],
    data: Annotated[Path, typer.Option(help="rendered data set of the template")],
    score: Annotated[Path | None, typer.Option(help="JSON of the score, for the card")] = None,
) -> None:
    """Write models, mask, background and avatar.toml into the bundle."""
    dataset = Dataset(data)
    encoder, generator = assemble(work)
    card = training_card(work, dataset) | write_models(bundle, encoder, generator)
    card["look_ahead_ms"] = round(1000 * WINDOWS.look_ahead_samples(MEL) / MEL.sample_rate)
    if score:
        card["score"] = json.loads(score.read_text())
    write_png(bundle / "mask.png", feather())
    write_png(bundle / "background.png", studio_wall(dataset.size))
    corners = [roi_corner(dataset, index) for index in range(dataset.length)]
    write_description(bundle, corners, dataset.size, card)
    typer.echo(f"{bundle}: {card}")


if __name__ == "__main__":
    typer.run(main)
