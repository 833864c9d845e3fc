"""The listener out of a finished avatar, to teach it further.

`python -m visavis.studio.reopen_listener BUNDLE OUT --corpus SPEECH` writes it as a checkpoint. In
a bundle the norms are folded into the convolutions before them. They are unfolded again by what the
convolutions make of speech, so that the listener hears what it heard, and training finds the norms
at the values that it would have given them. What only training needs, the guess of sounds, begins
anew.
"""

from pathlib import Path
from typing import Annotated, Any, cast

import onnx
import torch
import typer
from torch import Tensor, nn
from torch.nn import functional as fn

from visavis.core.bundle import Bundle, read_bundle
from visavis.core.bundlefile import read_file
from visavis.errors import StudioError
from visavis.studio import checkpoint
from visavis.studio.corpus import Spoken, load_corpus, mel_frames
from visavis.studio.hearing import LEVEL
from visavis.studio.listener import Listener
from visavis.studio.onnxwrite import HALF
from visavis.studio.reopen import weights_of

HEAD, ENCODER = "heads.each.{}.", "each.{}."
CONVOLUTIONS = 4  # of an encoder over bands and time
CLIPS = 200  # that tell the norms


def reopen(bundle: Bundle, speech: list[Spoken], which: int = 0) -> dict[str, Any]:
    """What a training would have saved of the bundle's listener `which`, as far as it can be known:
    seeds and steps are those of all its listeners together.

    Raises:
        StudioError: the bundle's encoder is not one of our listeners.
        BundleError: a file of it is damaged.
    """
    listener = Listener().eval()
    try:
        _take(listener.head, weights_of(bundle, bundle.generator.file, HEAD.format(which)))
        _take(listener.encoder, weights_of(bundle, bundle.encoder.file, ENCODER.format(which)))
        _unfold(listener.encoder.bands, _folded(bundle, which), speech)
        return {
            "average": listener.state_dict(),
            "seeds": bundle.card["listener_seeds"],
            "step": bundle.card["listener_steps"],
        }
    except (KeyError, RuntimeError, ValueError) as error:
        raise StudioError(f"The listener of {bundle.id} is of another make.") from error


def _take(module: nn.Module, weights: dict[str, Tensor]) -> None:
    """Load what there is; ValueError if there is nothing."""
    if not weights:
        raise ValueError("There are no such weights.")
    module.load_state_dict(weights, strict=False)


def _folded(bundle: Bundle, which: int) -> list[tuple[Tensor, Tensor]]:
    """Weight and bias of its convolutions over bands and time, first to last."""
    known = weights_of(bundle, bundle.encoder.file)
    graph = onnx.load_from_string(read_file(bundle, bundle.encoder.file)).graph
    inputs = [node.input[1:3] for node in graph.node if node.op_type == "Conv"]
    pairs = [(known[weight.removesuffix(HALF)], known[bias]) for weight, bias in inputs]
    over_both = [(weight, bias) for weight, bias in pairs if weight.ndim == 4]
    return over_both[which * CONVOLUTIONS :][:CONVOLUTIONS]


@torch.no_grad()
def _unfold(
    bands: nn.Sequential, folded: list[tuple[Tensor, Tensor]], speech: list[Spoken]
) -> None:
    heard = [torch.from_numpy(mel_frames(clip.pcm).T.copy()) for clip in speech[:CLIPS]]
    x = torch.cat(heard, 1)[None, None] * LEVEL
    layers = list(zip(bands[0::3], bands[1::3], folded, strict=True))
    for conv, norm, (weight, bias) in cast("list[tuple[nn.Conv2d, nn.BatchNorm2d, Any]]", layers):
        conv.weight.copy_(weight)
        x = conv(x)
        variance, mean = torch.var_mean(x, (0, 2, 3))
        norm.running_mean, norm.running_var = mean, variance
        norm.weight.copy_((variance + norm.eps).sqrt())
        norm.bias.copy_(bias + mean)
        x = fn.relu(norm(x))


def main(
    bundle: Annotated[Path, typer.Argument(help="an avatar's folder")],
    out: Annotated[Path, typer.Argument(help="listener.pt to write")],
    corpus: Annotated[Path, typer.Option(help="speech corpus, for the norms")],
    which: Annotated[int, typer.Option(help="of several side by side")] = 0,
) -> None:
    """Write the listener as a checkpoint."""
    checkpoint.save(out, reopen(read_bundle(bundle), load_corpus(corpus), which))


if __name__ == "__main__":
    typer.run(main)
