"""Constants in place of what depends on no input, and convolutions without batch norms."""

import numpy as np
import onnx

from visavis.engine.graph.network import Array, Feeds, GraphError, Network, attribute

_SHAPES = {"Shape", "Size"}
_IDENTITIES = {"Identity", "Dropout"}
_QUANTISED = {"DequantizeLinear"}  # ONNX Runtime makes integer kernels of these and their weights
_MOST_BYTES = 64 * 1024 * 1024  # of one folded tensor


def fold_constants(network: Network, trials: list[Feeds]) -> None:
    """Replace nodes whose values are the same for all inputs by these values.

    That is what depends on constants, and what depends on nothing but the shapes of tensors and
    is the same in all `trials`, which differ in the batch if it is free.
    """
    varying = network.dependent(info.name for info in network.inputs)
    fixed = [
        node
        for node in network.nodes
        if varying.isdisjoint(node.output) and node.op_type not in _QUANTISED
    ]
    _replace(network, fixed, network.evaluate(_outputs(fixed), {}))
    shaped = _of_shapes_only(network)
    names = _outputs(shaped)
    first, *others = [network.evaluate(names, feeds) for feeds in trials]
    same = {
        name: value
        for name, value in first.items()
        if all(np.array_equal(value, other[name]) for other in others)
    }
    _replace(network, shaped, same)
    network.prune()


def drop_identities(network: Network) -> None:
    """Take out the nodes that hand on what they are given."""
    kept, renamed = [], dict[str, str]()
    for node in network.nodes:
        node.input[:] = [renamed.get(name, name) for name in node.input]
        if _is_identity(network, node) and node.output[0] not in network.output_names:
            renamed[node.output[0]] = node.input[0]
        else:
            kept.append(node)
    network.nodes[:] = kept


def fold_batch_norms(network: Network) -> None:
    """Take the batch norms into the convolutions before them."""
    uses, producers = network.consumers(), network.producers()
    kept = []
    for node in network.nodes:
        conv = producers.get(node.input[0]) if node.op_type == "BatchNormalization" else None
        if conv is None or not _can_take(network, conv, node) or uses[conv.output[0]] != 1:
            kept.append(node)
            continue
        _take_norm(network, conv, node)
        producers[node.output[0]] = conv
    network.nodes[:] = kept


def _outputs(nodes: list[onnx.NodeProto]) -> list[str]:
    return [name for node in nodes for name in node.output if name]


def _replace(network: Network, nodes: list[onnx.NodeProto], values: dict[str, Array]) -> None:
    """Put values in the place of those of `nodes` whose outputs are all there."""
    gone = set()
    for node in nodes:
        made = {name: values.get(name) for name in node.output if name}
        numbers = {n: v for n, v in made.items() if isinstance(v, np.ndarray) and _storable(v)}
        if len(numbers) == len(made) and network.output_names.isdisjoint(made):
            network.weights.update(numbers)
            gone.add(node.name)
    network.nodes[:] = [node for node in network.nodes if node.name not in gone]


def _storable(value: Array) -> bool:
    return value.dtype.kind in "fiub" and value.nbytes <= _MOST_BYTES


def _of_shapes_only(network: Network) -> list[onnx.NodeProto]:
    known, found = set(network.weights), []
    for node in network.nodes:
        inputs = {name for name in node.input if name}
        if node.op_type in _QUANTISED:
            continue
        if node.op_type in _SHAPES or (inputs and inputs <= known):
            known.update(node.output)
            found.append(node)
    return found


def _is_identity(network: Network, node: onnx.NodeProto) -> bool:
    if node.op_type in _IDENTITIES:
        # A dropout in training is told by a third input.
        return len(node.input) < 3 and not any(node.output[1:])
    if node.op_type == "Concat":
        return len(node.input) == 1
    if node.op_type != "Pad":
        return False
    name = node.input[1] if len(node.input) > 1 else ""
    pads = network.weights.get(name) if name else attribute(node, "pads")
    return pads is not None and not np.any(pads)


def _can_take(network: Network, conv: onnx.NodeProto, norm: onnx.NodeProto) -> bool:
    constants = [*conv.input[1:], *norm.input[1:]]
    return (
        conv.op_type == "Conv"
        and not conv.domain
        and all(name in network.weights for name in constants)
        and not attribute(norm, "training_mode", 0)
        and not any(norm.output[1:])
        and attribute(norm, "spatial", 1) == 1
        and conv.output[0] not in network.output_names
    )


def _take_norm(network: Network, conv: onnx.NodeProto, norm: onnx.NodeProto) -> None:
    """Conv then norm is a conv of scaled weights; computed in double, as it is done once."""
    weight = network.weights[conv.input[1]].astype(np.float64)
    scale, shift, mean, variance = (network.weights[n].astype(np.float64) for n in norm.input[1:])
    bias = network.weights[conv.input[2]] if len(conv.input) > 2 else np.zeros_like(mean)
    epsilon = attribute(norm, "epsilon", 1e-5)
    gain = scale / np.sqrt(variance + epsilon)
    if not np.isfinite(gain).all():
        raise GraphError("a batch norm of it is not finite")
    names = [network.fresh("folded_weight"), network.fresh("folded_bias")]
    kind = network.weights[conv.input[1]].dtype
    network.weights[names[0]] = (weight * gain.reshape(-1, *[1] * (weight.ndim - 1))).astype(kind)
    network.weights[names[1]] = ((bias - mean) * gain + shift).astype(kind)
    conv.input[:] = [conv.input[0], *names]
    conv.output[0] = norm.output[0]
