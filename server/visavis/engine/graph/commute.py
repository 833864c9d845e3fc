"""Convolutions over a concatenation, taken apart, and 1x1 ones done before the picture is enlarged.

A convolution is a sum over its input channels: conv(concat(a, b)) = conv(a) + conv(b). What speech
does not change becomes a term of its own, which the cut can then keep. A 1x1 convolution works on
pixels alone and an enlargement on channels alone, so that conv(enlarge(x)) = enlarge(conv(x)),
which is a quarter of the work for twice the size.
"""

from dataclasses import dataclass

import numpy as np
import onnx
from onnx import helper

from visavis.engine.graph.network import Array, Feeds, Network, attribute

_RESIZES = {"Resize", "Upsample"}
_MODES = {b"linear", b"nearest"}
_PLACES = {b"align_corners", b"half_pixel", b"pytorch_half_pixel", b"asymmetric"}
_CHANNEL_AXES = (1, -3)
Shapes = dict[str, tuple[int, ...]]


@dataclass(frozen=True)
class _Term:
    """Some of the operands of a concatenation: where their channels lie, who they are."""

    operands: list[str]
    channels: list[int]
    resize: onnx.NodeProto | None = None


def commute(network: Network, audio: str, feeds: Feeds) -> int:
    """Rewrite every convolution that gains by it; return how many. `feeds` are any inputs."""
    joins = _joins(network)
    names = sorted({name for join in joins.values() for name in join.input})
    resizes = _resizes(network)
    names += sorted({node.input[0] for node in resizes.values()} - set(names))
    shapes = _shapes(network, names, feeds)
    heard, kept, count = network.dependent([audio]), list[onnx.NodeProto](), 0
    for node in network.nodes:
        join = joins.get(node.name)
        terms = _terms(network, node, join, heard, resizes, shapes) if join else []
        if len(terms) > 1 or (terms and terms[0].resize):
            kept += _apart(network, node, terms, shapes)
            count += 1
        else:
            kept.append(node)
    network.nodes[:] = kept
    network.prune()
    return count


def _joins(network: Network) -> dict[str, onnx.NodeProto]:
    """Convolution → the concatenation or enlargement that it alone reads."""
    uses, producers = network.consumers(), network.producers()
    found = {}
    for node in network.nodes:
        source = producers.get(node.input[0]) if _is_plain_conv(network, node) else None
        if source is None or uses[node.input[0]] != 1:
            continue
        if source.op_type == "Concat" and attribute(source, "axis") in _CHANNEL_AXES:
            found[node.name] = source
        elif source.op_type in _RESIZES:
            found[node.name] = onnx.NodeProto(input=[node.input[0]])
    return found


def _is_plain_conv(network: Network, node: onnx.NodeProto) -> bool:
    return (
        node.op_type == "Conv"
        and not node.domain
        and attribute(node, "group", 1) == 1
        and all(name in network.weights for name in node.input[1:])
        and network.weights[node.input[1]].ndim == 4
    )


def _is_pointwise(network: Network, conv: onnx.NodeProto) -> bool:
    return (
        network.weights[conv.input[1]].shape[2:] == (1, 1)
        and not any(attribute(conv, "pads", []))
        and attribute(conv, "auto_pad", b"NOTSET") in (b"NOTSET", b"VALID")
        and all(step == 1 for step in attribute(conv, "strides", []))
    )


def _resizes(network: Network) -> dict[str, onnx.NodeProto]:
    """Tensor → the enlargement that makes it, if that is linear in the pixels of each channel."""
    uses = network.consumers()
    return {
        node.output[0]: node
        for node in network.nodes
        if node.op_type in _RESIZES
        and uses[node.output[0]] == 1
        and attribute(node, "mode", b"nearest") in _MODES
        and attribute(node, "coordinate_transformation_mode", b"half_pixel") in _PLACES
        and not attribute(node, "antialias", 0)
        and not attribute(node, "axes", [])
    }


def _shapes(network: Network, names: list[str], feeds: Feeds) -> Shapes:
    values = network.evaluate([name for name in names if name not in feeds], feeds)
    return {name: value.shape for name, value in (values | feeds).items()}


def _terms(
    network: Network,
    conv: onnx.NodeProto,
    join: onnx.NodeProto,
    heard: set[str],
    resizes: dict[str, onnx.NodeProto],
    shapes: Shapes,
) -> list[_Term]:
    """The convolution's operands in groups: each enlargement alone, what audio does not reach, and
    the others."""
    groups = {"seen": _Term([], []), "heard": _Term([], [])}
    enlarged, place = list[_Term](), 0
    for name in join.input:
        channels = list(range(place, place + shapes[name][1]))
        place += len(channels)
        resize = resizes.get(name)
        if resize and _is_pointwise(network, conv) and _scales(resize, shapes).size:
            enlarged.append(_Term([name], channels, resize))
            continue
        group = groups["heard" if name in heard else "seen"]
        group.operands.append(name)
        group.channels.extend(channels)
    return [*(term for term in groups.values() if term.operands), *enlarged]


def _scales(resize: onnx.NodeProto, shapes: Shapes) -> Array:
    """How many times larger it makes each axis; nothing if that is no whole number, or not 4."""
    before, after = shapes[resize.input[0]], shapes[resize.output[0]]
    whole = all(b % a == 0 for a, b in zip(before, after, strict=True))
    if len(before) != 4 or before[:2] != after[:2] or not whole:
        return np.empty(0, np.float32)
    return np.array(after, np.float32) / np.array(before, np.float32)


def _apart(
    network: Network, conv: onnx.NodeProto, terms: list[_Term], shapes: Shapes
) -> list[onnx.NodeProto]:
    """The nodes that make the convolution's output term by term; the first brings the bias."""
    nodes = list[onnx.NodeProto]()
    total = ""
    for term in terms:
        part = _convolve(network, conv, term, nodes, bias=not total)
        if term.resize:
            part = _enlarge(network, term.resize, part, shapes, nodes)
        if total:
            nodes.append(_node("Add", [total, part], network.fresh("sum")))
            part = nodes[-1].output[0]
        total = part
    nodes[-1].output[0] = conv.output[0]
    return nodes


def _convolve(
    network: Network, conv: onnx.NodeProto, term: _Term, nodes: list[onnx.NodeProto], bias: bool
) -> str:
    source = term.resize.input[0] if term.resize else term.operands[0]
    if len(term.operands) > 1:
        nodes.append(_node("Concat", term.operands, network.fresh("joined"), axis=1))
        source = nodes[-1].output[0]
    weight = network.fresh("term_weight")
    network.weights[weight] = np.ascontiguousarray(network.weights[conv.input[1]][:, term.channels])
    part = onnx.NodeProto()
    part.CopyFrom(conv)
    part.input[:] = [source, weight, *(conv.input[2:] if bias else ())]
    part.output[:] = [network.fresh("term")]
    part.name = part.output[0]
    nodes.append(part)
    return str(part.output[0])


def _enlarge(
    network: Network,
    resize: onnx.NodeProto,
    source: str,
    shapes: Shapes,
    nodes: list[onnx.NodeProto],
) -> str:
    """The same enlargement of another tensor, which may have more channels."""
    copy = onnx.NodeProto()
    copy.CopyFrom(resize)
    copy.output[:] = [network.fresh("enlarged")]
    copy.name = copy.output[0]
    copy.input[0] = source
    if len(resize.input) > 3 and resize.input[3]:  # sizes name the channels too
        scales = network.fresh("scales")
        network.weights[scales] = _scales(resize, shapes)
        copy.input[:] = [source, resize.input[1], scales]
    nodes.append(copy)
    return str(copy.output[0])


def _node(kind: str, inputs: list[str], output: str, **attributes: object) -> onnx.NodeProto:
    return helper.make_node(kind, inputs, [output], name=output, **attributes)
