"""Only the part of the picture that changes: crops moved towards the inputs."""

import numpy as np
import onnx
from onnx import helper

from visavis.core.region import Region
from visavis.engine.graph.network import Array, Network, attribute

_ROWS, _COLUMNS = 2, 3
_MOST = 1 << 30


def changed(network: Network, template: str, side: int) -> Region:
    """The part of the picture that can differ from the template: where the last node adds
    something padded with zeros to the template, that which is padded; else all of it."""
    padded = _padded(network, template)
    if padded is None:
        return Region(0, 0, side, side)
    return _inside(_pads(network, padded), side)


def crop_output(network: Network, template: str, side: int, window: Region) -> str:
    """Add what makes the picture's `window`; return the tensor."""
    output: str = network.outputs[0].name
    padded = _padded(network, template)
    if padded is not None and _inside(_pads(network, padded), side) == window:
        base = _slice(network, template, window)
        network.nodes.append(_add(base, padded.input[0], network.fresh("window")))
        return str(network.nodes[-1].output[0])
    if window == Region(0, 0, side, side):
        return output
    return _slice(network, output, window)


def crops_of(network: Network, template: str, side: int) -> dict[str, Region]:
    """Tensors that are nothing but a part of the template → that part."""
    found = {template: Region(0, 0, side, side)}
    for node in network.nodes:
        region = _sliced(network, node, found) if node.op_type == "Slice" else None
        if region:
            found[node.output[0]] = region
    return found


def _padded(network: Network, template: str) -> onnx.NodeProto | None:
    """The node that pads what the last node adds to the template."""
    producers = network.producers()
    last = producers[network.outputs[0].name]
    if last.op_type != "Add" or template not in last.input:
        return None
    other = next((name for name in last.input if name != template), template)
    pad = producers.get(other)
    if pad is None or pad.op_type != "Pad" or attribute(pad, "mode", b"constant") != b"constant":
        return None
    pads = _pads(network, pad)
    value = network.weights.get(pad.input[2]) if len(pad.input) > 2 and pad.input[2] else None
    zero = not np.any(value) if value is not None else not (len(pad.input) > 2 and pad.input[2])
    inner = len(pads) == 8 and not pads[[0, 1, 4, 5]].any() and (pads >= 0).all()
    return pad if zero and inner and not attribute(pad, "value", 0.0) else None


def _pads(network: Network, pad: onnx.NodeProto) -> Array:
    if len(pad.input) > 3 and pad.input[3]:
        return np.empty(0, np.int64)  # of some axes only
    if len(pad.input) > 1:
        return network.weights.get(pad.input[1], np.empty(0, np.int64))
    return np.array(attribute(pad, "pads", []), np.int64)


def _inside(pads: Array, side: int) -> Region:
    top, left, bottom, right = (int(pads[i]) for i in (2, 3, 6, 7))
    return Region(top, left, side - top - bottom, side - left - right)


def _sliced(network: Network, node: onnx.NodeProto, known: dict[str, Region]) -> Region | None:
    """The part of the template that a slice of a known part is."""
    region = known.get(node.input[0])
    constants = [network.weights.get(name) for name in node.input[1:]]
    if region is None or len(constants) < 3 or any(value is None for value in constants):
        return None
    starts, ends, axes, *steps = (np.ravel(value) for value in constants if value is not None)
    if steps and np.any(steps[0] != 1):
        return None
    spans = {_ROWS: (region.top, region.height), _COLUMNS: (region.left, region.width)}
    for axis, start, end in zip(axes.tolist(), starts.tolist(), ends.tolist(), strict=True):
        place = axis if axis >= 0 else axis + 4
        if place not in spans:
            return None
        first, length = spans[place]
        low, high, _ = slice(int(start), int(min(end, _MOST))).indices(length)
        spans[place] = (first + low, max(0, high - low))
    (top, height), (left, width) = spans[_ROWS], spans[_COLUMNS]
    return Region(top, left, height, width)


def _slice(network: Network, source: str, window: Region) -> str:
    """Opset 10 and later."""
    values = {
        "starts": [window.top, window.left],
        "ends": [window.top + window.height, window.left + window.width],
        "axes": [_ROWS, _COLUMNS],
    }
    names = [network.fresh(name) for name in values]
    for name, value in zip(names, values.values(), strict=True):
        network.weights[name] = np.array(value, np.int64)
    output = network.fresh("part")
    network.nodes.append(helper.make_node("Slice", [source, *names], [output], name=output))
    return output


def _add(a: str, b: str, output: str) -> onnx.NodeProto:
    return helper.make_node("Add", [a, b], [output], name=output)
