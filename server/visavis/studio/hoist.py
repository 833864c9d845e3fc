"""Cut a generator by dependency on its audio input: what the template alone decides, and the rest.

The cut is exact: the two halves are the same nodes with the same weights, only run apart, the first
once per template frame. It knows nothing of a family, only of a graph with two inputs.
"""

from pathlib import Path
from typing import Annotated

import onnx
import typer
from onnx.utils import Extractor

from visavis.errors import StudioError
from visavis.studio.pictures import write_bytes


def dependent(graph: onnx.GraphProto, source: str) -> set[str]:
    """Names of the tensors that depend on the input `source`."""
    found = {source}
    for node in graph.node:
        if found.intersection(node.input):
            found.update(node.output)
    return found


def crossing(graph: onnx.GraphProto, template: str, audio: str) -> list[str]:
    """Tensors that depend on the template alone and are needed where audio is, in graph order;
    what is merely cut out of the template is not kept but cut out again."""
    heard, seen = dependent(graph, audio), dependent(graph, template) - _cuts(graph, template)
    needed = {name for node in graph.node if heard.intersection(node.output) for name in node.input}
    made = [name for node in graph.node for name in node.output]
    return [name for name in (template, *made) if name in needed & seen - heard]


def _cuts(graph: onnx.GraphProto, template: str) -> set[str]:
    found = {template}
    for node in graph.node:
        if node.op_type == "Slice" and node.input[0] in found:
            found.update(node.output)
    return found - {template}


def split(
    model: onnx.ModelProto, template: str, audio: str, output: str
) -> tuple[onnx.ModelProto, onnx.ModelProto, list[str]]:
    """Appearance (template → crossing tensors), mouth (these, template and audio → output), and
    the names of the crossing tensors, the template itself left out.

    Raises `StudioError` if nothing but the template crosses.
    """
    names = crossing(model.graph, template, audio)
    kept = [name for name in names if name != template]
    if not kept:
        raise StudioError("Nothing of this generator can be computed without audio.")
    extractor = Extractor(onnx.shape_inference.infer_shapes(model))
    appearance = extractor.extract_model([template], kept)
    mouth = extractor.extract_model([*names, audio], [output])
    for half in (appearance, mouth):
        onnx.checker.check_model(half)
    return appearance, mouth, kept


def write(folder: Path, template: str, audio: str, output: str) -> list[str]:
    """Write `appearance.onnx` and `mouth.onnx` beside a bundle's `generator.onnx`; return the
    names of the tensors between them."""
    model = onnx.load(folder / "generator.onnx", load_external_data=False)
    appearance, mouth, names = split(model, template, audio, output)
    write_bytes(folder / "appearance.onnx", appearance.SerializeToString())
    write_bytes(folder / "mouth.onnx", mouth.SerializeToString())
    return names


def main(bundle: Annotated[Path, typer.Argument(help="avatar folder")]) -> None:
    """Hoist a bundle's generator."""
    typer.echo(", ".join(write(bundle, "template", "audio", "roi")))


if __name__ == "__main__":
    typer.run(main)
