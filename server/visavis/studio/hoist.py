"""Where to cut a generator: what the template alone decides, and the rest. It knows nothing of a
family, only of a graph with two inputs; the cut itself is the engine's (`graph.partition`)."""

from collections.abc import Iterable

import onnx

from visavis.errors import StudioError


def dependent(nodes: Iterable[onnx.NodeProto], source: str, without: str = "") -> set[str]:
    """Names of the tensors that depend on `source`, the tensor `without` taken as a constant."""
    found = {source} - {without}
    for node in nodes:
        if found.intersection(node.input):
            found.update(set(node.output) - {without})
    return found


def crossing(graph: onnx.GraphProto, template: str, audio: str) -> list[str]:
    """Tensors that depend on the template alone and are needed where audio is, in graph order, the
    template itself left out; what is merely cut out of it is not kept but cut out again.

    Raises `StudioError` if nothing but the template crosses.
    """
    heard = dependent(graph.node, audio)
    seen = dependent(graph.node, template) - _cuts(graph, template)
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
