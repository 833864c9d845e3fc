"""The painter out of a finished avatar, to teach it further.

`python -m visavis.studio.reopen BUNDLE OUT` writes it as a checkpoint. The weights come as they
ship, rounded to half precision.
"""

from pathlib import Path
from typing import Annotated, Any

import onnx
import torch
import typer
from onnx import numpy_helper
from torch import Tensor

from visavis.core.bundle import Bundle, read_bundle
from visavis.core.bundlefile import read_file
from visavis.errors import StudioError
from visavis.studio import checkpoint
from visavis.studio.framing import Framing
from visavis.studio.onnxwrite import BYTES, HALF, SCALE
from visavis.studio.painters import painter

PREFIX = "painter."
FIGURES = ("psnr_db", "ssim", "template_psnr_db")


def weights_of(bundle: Bundle, file: str, prefix: str = "") -> dict[str, Tensor]:
    """Weights in a network's file by the names that they had in training, without `prefix`.

    Raises `BundleError`.
    """
    graph = onnx.load_from_string(read_file(bundle, file)).graph
    stored = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    weights: dict[str, Tensor] = {}
    for name, array in stored.items():
        if name.startswith(prefix) and not name.endswith(SCALE):
            own = name.removesuffix(HALF).removesuffix(BYTES)
            told = array.astype("float32") * stored.get(own + SCALE, 1)
            weights[own.removeprefix(prefix)] = torch.from_numpy(told)
    return weights


def reopen(bundle: Bundle) -> dict[str, Any]:
    """What a training would have saved of the bundle's painter, but for what only training needs.

    Raises:
        StudioError: the bundle's generator is not one of our painters.
        BundleError: a file of it is damaged.
    """
    weights = weights_of(bundle, bundle.generator.file, PREFIX)
    card = bundle.card
    try:
        framing = Framing.of(card["framing"])
        network = painter(card["design"], framing.window)
        network.load_state_dict(weights)
    except (KeyError, RuntimeError) as error:
        raise StudioError(f"The painter of {bundle.id} is of another make.") from error
    return {
        "design": card["design"],
        "framing": torch.from_numpy(framing.numbers()),
        "average": network.state_dict(),
        "step": card["painter_steps"],
        "seconds": card["painter_minutes"] * 60,
        "crops": card["painter_crops"],
        "report": {name: card[name] for name in FIGURES if name in card},
    }


def main(
    bundle: Annotated[Path, typer.Argument(help="an avatar's folder")],
    out: Annotated[Path, typer.Argument(help="painter.pt to write")],
) -> None:
    """Write the painter as a checkpoint."""
    checkpoint.save(out, reopen(read_bundle(bundle)))


if __name__ == "__main__":
    typer.run(main)
