"""From a generator's second half to the network that a session runs for each spoken frame.

The picture is cropped to what can be seen of it and ends as bytes of yuv420p planes, so that no
pass over floating-point pixels is left for Python. Of the template only the part that is read is an
input. What the template alone decides comes in half precision where that is exact enough.
"""

from collections.abc import Iterable

import onnx
from onnx import TensorProto, helper

from visavis.core.region import Region
from visavis.engine.graph.bind import Binding
from visavis.engine.graph.crop import changed, crop_output, crops_of
from visavis.engine.graph.fold import drop_identities, fold_constants
from visavis.engine.graph.halves import Halves
from visavis.engine.graph.mouth import Field, Mouth
from visavis.engine.graph.network import Feeds, GraphError, Network, read_network
from visavis.engine.graph.tail import end_in_planes
from visavis.engine.graph.verify import Rejoined

_OLDEST_OPSET = 10  # whose Slice takes inputs


def finish(halves: Halves, binding: Binding, seen: Region, kind: str) -> Mouth:
    """`seen` is the part of the ROI where the mask shows anything; `kind` is "f2" or "f4", how the
    fields are kept. Raises `GraphError`."""
    network = read_network(halves.mouth)
    if network.opset < _OLDEST_OPSET:
        raise GraphError(f"its opset {network.opset} is older than {_OLDEST_OPSET}")
    trials = _trials(halves, binding)
    fold_constants(network, trials)
    drop_identities(network)
    side = binding.template_shape[-1]
    window = changed(network, binding.template, side).even().within(seen).even()
    if not window.height:
        raise GraphError("the mask shows nothing of its picture")
    rgb = crop_output(network, binding.template, side, window)
    end_in_planes(network, rgb)
    fields = _fields(network, halves, binding, trials[0], kind)
    for item in fields:
        _take_half(network, item)
    inputs = [_info(binding.audio, binding.audio_shape, "f4"), *map(_field_info, fields)]
    _free_batch(inputs, binding.free_batch)
    made = network.build(inputs, [info.name for info in network.outputs])
    return Mouth(halves.appearance, made, fields, window, binding.free_batch)


def _trials(halves: Halves, binding: Binding) -> list[Feeds]:
    rejoined = Rejoined(binding, halves)
    feeds = [binding.random(batch, 0) for batch in ((1, 2) if binding.free_batch else (1,))]
    return [given | rejoined.appearance(given) for given in feeds]


def _fields(
    network: Network, halves: Halves, binding: Binding, feeds: Feeds, kind: str
) -> tuple[Field, ...]:
    """Everything that the network reads of the template: kept tensors, and parts of its picture."""
    crops = crops_of(network, binding.template, binding.template_shape[-1])
    read = _read(node for node in network.nodes if node.output[0] not in crops)
    if binding.template in read:  # all of it: its parts are cut from that
        crops = {binding.template: crops[binding.template]}
    network.nodes[:] = [node for node in network.nodes if node.output[0] not in crops]
    read = _read(network.nodes)
    parts, fields = dict[Region, str](), list[Field]()
    for name, region in crops.items():
        if name in read and region in parts:
            _rename(network, name, parts[region])
        elif name in read:
            parts[region] = name
            shape = (binding.template_shape[0], region.height, region.width)
            fields.append(Field(name, shape, kind, region))
    kept = [name for name in halves.tensors if name in read]
    return (*fields, *(Field(name, feeds[name].shape[1:], kind) for name in kept))


def _read(nodes: Iterable[onnx.NodeProto]) -> set[str]:
    return {name for node in nodes for name in node.input}


def _rename(network: Network, old: str, new: str) -> None:
    for node in network.nodes:
        node.input[:] = [new if name == old else name for name in node.input]


def _take_half(network: Network, item: Field) -> None:
    """Let the network widen an input that comes in half precision."""
    if item.kind != "f2":
        return
    wide = network.fresh("wide")
    _rename(network, item.name, wide)
    cast = helper.make_node("Cast", [item.name], [wide], name=wide, to=TensorProto.FLOAT)
    network.nodes.insert(0, cast)


def _info(name: str, shape: tuple[int, ...], kind: str) -> onnx.ValueInfoProto:
    number = TensorProto.FLOAT16 if kind == "f2" else TensorProto.FLOAT
    return helper.make_tensor_value_info(name, number, [1, *shape])


def _field_info(item: Field) -> onnx.ValueInfoProto:
    return _info(item.name, item.shape, item.kind)


def _free_batch(inputs: list[onnx.ValueInfoProto], free: bool) -> None:
    if free:
        for info in inputs:
            info.type.tensor_type.shape.dim[0].dim_param = "batch"
