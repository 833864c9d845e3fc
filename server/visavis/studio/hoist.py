"""Cut a generator by dependency on its audio input: what the template alone decides, and the rest.

The cut is exact: the two halves are the same nodes with the same weights, only run apart, the first
once per template frame. It knows nothing of a family, only of a graph with two inputs.
"""

import onnx
from onnx.utils import Extractor

from visavis.errors import StudioError


def dependent(graph: onnx.GraphProto, source: str) -> set[str]:
    """Names of the tensors that depend on the input `source`."""
    found = {source}
    for node in graph.node:
        if found.intersection(node.input):
            found.update(node.output)
    return found


def crossing(graph: onnx.GraphProto, template: str, audio: str) -> list[str]:
    """Tensors that depend on the template alone and are needed where audio is, in graph order, the
    template itself left out; what is merely cut out of it is not kept but cut out again.

    Raises `StudioError` if nothing but the template crosses.
    """
    heard, seen = dependent(graph, audio), dependent(graph, template) - _cuts(graph, template)
    needed = {name for node in graph.node if heard.intersection(node.output) for name in node.input}
    made = [name for node in graph.node for name in node.output]
    kept = [name for name in made if name in needed & seen - heard]
    if not kept:
        raise StudioError("Nothing of this generator can be computed without audio.")
    return kept


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
    the names of the crossing tensors. Raises `StudioError` as `crossing` does."""
    kept = crossing(model.graph, template, audio)
    extractor = Extractor(onnx.shape_inference.infer_shapes(model))
    appearance = extractor.extract_model([template], kept)
    mouth = extractor.extract_model([template, audio, *kept], [output])
    return appearance, mouth, kept
